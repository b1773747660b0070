// Patterns that users write: RE2, which takes time linear in the text whatever the pattern. Only pattern.cpp
// includes the library.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace resource {

class Pattern {
  public:
    /// "" when `text` is a pattern, else what is wrong with it.
    static std::string problem(const std::string& text);

    /// Requires a text without a problem.
    explicit Pattern(const std::string& text);
    ~Pattern();
    /// Anywhere in the text, case-sensitive.
    [[nodiscard]] bool matches(std::string_view text) const;

  private:
    struct Compiled;
    std::unique_ptr<Compiled> compiled_;
};

} // namespace resource
