// What a command line changes about a run before it starts or goes on: inputs, prompts and models, so that
// they can be tried without editing YAML.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "run/plan.hpp"

namespace cli {

struct Overrides {
    std::map<std::string, std::string> input;
    std::map<std::string, std::string> prompts;    ///< by agent
    std::string model_ref;                         ///< for every agent; empty: as declared
    std::map<std::string, std::string> model_refs; ///< by agent, before `model_ref`
    std::int64_t max_turns = 0;                    ///< of the task; 0: as declared
    /// Whether anything is changed.
    [[nodiscard]] bool any() const;
};

/// --set and --model-ref; the words after them. Throws Error{usage}, also when one thing is set twice or a
/// file cannot be read.
Overrides settings_of(const Arguments& arguments);
/// The rows of these two.
std::vector<Option> settings_options();

/// key=value pairs into `into`. Throws Error{usage}.
void put_inputs(std::map<std::string, std::string>& into, const std::vector<std::string>& pairs);
/// KEY=PATH pairs, with what the files hold; "-" is standard input. Throws Error{usage}.
void put_input_files(std::map<std::string, std::string>& into, const std::vector<std::string>& pairs);

/// Something set for an agent that the system does not have would change nothing, without a word.
/// Throws Error{usage}.
void check_agents(const run::Plan& plan, const Overrides& overrides);

/// Puts prompt and model of the agent `name` as they are set.
void change(resource::AgentSpec& agent, const std::string& name, const Overrides& overrides);

} // namespace cli
