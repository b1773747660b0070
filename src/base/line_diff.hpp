// Two texts compared line by line, as a unified diff. E. Myers, "An O(ND) difference algorithm and its
// variations", 1986.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace base {

/// A line of either text, or of both.
struct LineEdit {
    char mark; ///< ' ', '-' (of the old one) or '+' (of the new one)
    std::string_view line;
};
/// How one becomes the other, in order; views into the texts. Texts that differ in more than a thousand lines
/// are one replacement.
std::vector<LineEdit> line_edits(std::string_view old_text, std::string_view new_text);

/// "" when the texts are equal. Hunks have three lines of context. Texts that differ in more than a thousand
/// lines are shown as one replacement: what a reader could follow ends long before.
std::string unified_diff(std::string_view old_name, std::string_view new_name, std::string_view old_text,
                         std::string_view new_text);

} // namespace base
