// The forms in which a list can be printed: -o, for the commands that know more than table, json and yaml.
#pragma once

#include <initializer_list>
#include <string>

#include "cli/session.hpp"

namespace cli {

enum class Shape { table, wide, json, jsonl, yaml, name, columns };

struct Output {
    Shape shape = Shape::table;
    std::string columns; ///< of Shape::columns: what stands behind "custom-columns="
};

/// -o as one of `allowed`, the first of them when it is absent. Throws Error{usage}.
Output output_of(const Session& session, std::initializer_list<Shape> allowed);

} // namespace cli
