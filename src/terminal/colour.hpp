// Colour, sparingly: how a thing stands, and the words an error begins with. Invariant: a byte of colour is
// written only to a terminal, or where CLICOLOR_FORCE asks for it, and never against NO_COLOR,
// ORLOJ_NO_COLOR, TERM=dumb or --no-color.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace terminal {

enum class Ink { red, green, yellow, cyan, faint };

/// --no-color was given: for the rest of the process.
void forbid_colour() noexcept;
/// Whether what is written to `fd` may be coloured.
bool colour_at(int fd);

std::string paint(std::string_view text, Ink ink);
/// The colour of a status or a phase; nullopt for words that need none.
std::optional<Ink> ink_of(std::string_view status);
/// What is said on standard error, with its first words ("error:", "warning:", "hint:") coloured when they
/// may be.
std::string paint_speech(std::string text);

} // namespace terminal
