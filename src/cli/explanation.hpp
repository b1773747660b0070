// What schema says about a place, for people and for programs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "schema/explain.hpp"

namespace cli {

/// A page: the type, the text, what holds for it, and its fields as a tree. `called` names the whole thing.
std::string render(const std::string& called, const schema::Explanation& explanation);

/// The members of an open object.
void write(base::JsonWriter& out, const schema::Explanation& explanation);
/// A member with a list of words, unless there are none.
void write_words(base::JsonWriter& out, std::string_view name, const std::vector<std::string>& words);

/// What stands left, and the text beside it.
using Lines = std::vector<std::pair<std::string, std::string>>;
/// All texts begin at one column.
std::string aligned(const Lines& lines);

} // namespace cli
