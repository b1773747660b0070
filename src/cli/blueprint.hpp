// The files that `orloj init` makes. Invariant: every tree is checked by `validate --strict` without a
// complaint, and its run comes to an end whatever the models say.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// Agents and how they hand over to one another.
struct Blueprint;

/// Who answers.
struct ModelChoice {
    std::string_view name;     ///< "openai": also the provider
    std::string_view endpoint; ///< the ModelEndpoint's name
    std::string_view secret;   ///< that the endpoint names; "" when it needs none
    std::string_view variable; ///< of the environment, where the provider's key may be instead
    std::string_view spec;     ///< of the endpoint: lines of YAML, indented by two
};

/// nullptr when there is none of that name.
const Blueprint* find_blueprint(std::string_view name);
const ModelChoice* find_model_choice(std::string_view name);
std::vector<std::string_view> blueprint_names();
std::vector<std::string_view> model_choice_names();

/// What each file is to hold, by its path below the folder. `name` is the prefix of all names.
std::map<std::string, std::string> blueprint_files(const Blueprint& blueprint, const ModelChoice& model,
                                                   const std::string& name);

/// The JSON Schema of all kinds (schema.cpp).
std::string manifest_schema();

} // namespace cli
