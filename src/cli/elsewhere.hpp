// What people who come from Orloj's own client, orlojctl, type and what is different here: there is no server
// to ask. Invariant: each answer is one line that says what to do instead, or that this version cannot do it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cli {

/// A word, or two, that orlojctl knows as a command; or, with "--" in front, as an option.
struct Elsewhere {
    std::string_view words;
    std::string_view answer; ///< goes on from "'chat' "
};

std::span<const Elsewhere> elsewhere_rows();

/// "'chat' is not in this version: ...": the answer for these words; "" when nothing is known about them.
std::string elsewhere_answer(std::string_view words);

} // namespace cli
