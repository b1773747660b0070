// Reading one model out of a list, by the names that providers give the same fact.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/tree.hpp"

namespace provider {

/// The first of these that is a whole number above 0; "a.b" is `b` in the object `a`.
std::optional<std::int64_t> count_in(const schema::Tree& row, std::initializer_list<std::string_view> names);
/// A list of words, or an object whose members are true or say {"supported": true}.
std::vector<std::string> words_in(const schema::Tree* value);

} // namespace provider
