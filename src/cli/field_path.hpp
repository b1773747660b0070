// A way into a resource as `get` shows it: ".metadata.name", ".metadata.labels['team.io/x']",
// ".spec.agents[0]", ".spec.agents[*]". The grammar is the part of kubectl's that names one place.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/tree.hpp"

namespace cli {

class FieldPath {
  public:
    /// With or without braces around it and a dot before it. Throws Error{usage}.
    static FieldPath parse(std::string_view text);
    /// Scalars as they are, lists and maps as JSON; several values with a comma between; nullopt where there
    /// is nothing.
    [[nodiscard]] std::optional<std::string> find(const schema::Tree& tree) const;

  private:
    struct Step {
        enum class Kind : unsigned char { key, index, all };
        Kind kind = Kind::key;
        std::string key;
        std::size_t index = 0;
    };
    void parse_bracket(std::string_view& rest, std::string_view whole);
    void collect(const schema::Tree& tree, std::size_t step, std::vector<std::string>& out) const;
    std::vector<Step> steps_;
};

/// The order people expect: numbers by value, other text by its characters. Negative, zero or positive.
int compare_naturally(std::string_view a, std::string_view b);

} // namespace cli
