// What a person wrote wrongly: all of it, each complaint at its place, never only the first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace base {

enum class Severity { error, warning };

struct Diagnostic {
    Severity severity = Severity::error;
    Location where;
    std::string message;
    std::string hint;       ///< what to type instead; may be empty
    std::string excerpt;    ///< the line of text at `where`, without its end; may be empty
    int excerpt_column = 1; ///< the column its first character has: of a very long line it holds a part
    bool withheld = false;  ///< the line is never shown: a secret may stand there
};

/// Collects complaints in the order they are found. Cheap to pass around by reference; never throws.
class Diagnostics {
  public:
    void error(Location where, std::string message, std::string hint = {});
    void warning(Location where, std::string message, std::string hint = {});

    /// The line of the last complaint is not shown, whoever else complains about it.
    void withhold() { all_.back().withheld = true; }

    [[nodiscard]] bool has_errors() const noexcept { return errors_ > 0; }
    [[nodiscard]] std::size_t errors() const noexcept { return errors_; }
    [[nodiscard]] const std::vector<Diagnostic>& all() const noexcept { return all_; }

    /// Gives the complaints about `file` that have none yet their lines of `text`, so that they can be shown.
    /// Requires that those of a file lie together: they were added file by file, or sorted. Linear in the
    /// text and in the complaints about the file, when files are asked for in the order of their complaints.
    void quote(std::string_view file, std::string_view text);
    /// Sorts by file, line and column; complaints about the same place keep their order.
    void sort();

  private:
    std::vector<Diagnostic> all_;
    std::size_t errors_ = 0;
    std::size_t quoted_ = 0; // where those of the next file are looked for first
};

/// "file:3:5: error: message", the line with a caret below it, and "hint: ..."; ends with a newline.
/// Control characters of the quoted line are made visible and a long line is cut around the column.
std::string render(const Diagnostic& diagnostic);

} // namespace base
