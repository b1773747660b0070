// Text as roff with the man macros. Invariant: `mandoc -Tlint` has nothing to say about what is made with
// these.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cli::roff {

/// Text that roff prints as it is: `words in backquotes` become bold. For one line or part of one.
std::string escaped(std::string_view text);
/// Paragraphs in short lines, with .PP between them; one that begins with a space is shown as it is.
std::string filled(const std::vector<std::string>& paragraphs);
std::string filled(std::string_view paragraph);
std::string bold(std::string_view text);
std::string italic(std::string_view text);
/// A word, or several, and what it means.
std::string entry(const std::string& left, std::string_view doc);
std::string section(std::string_view name, std::string_view text = {});
/// Lines to type.
std::string block(const std::vector<std::string>& lines);
/// The first lines of a page: "ORLOJ-RUN", 1, "orloj-run", "run a task".
std::string head(std::string_view title, int section, std::string_view name, std::string_view what);
/// "orloj(1), orloj-run(1)"; a page's number follows its name after a dot: "orloj.1".
std::string see_also(const std::vector<std::string>& pages);

} // namespace cli::roff
