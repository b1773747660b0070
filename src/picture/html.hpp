// HTML, written in pieces. Invariant: markup comes from string literals of this program alone; everything
// else passes through text() or attribute(), which escape it and make visible what a reader would not see. So
// no name, prompt or answer can become markup or script.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace picture {

/// Only a literal can be one.
struct Markup {
    std::string_view text;
    consteval Markup(const char* literal) : text(literal) {} // NOLINT: literals stand for themselves
};

using PageSink = std::function<void(std::string_view)>;

class Html {
  public:
    explicit Html(PageSink sink) : sink_(std::move(sink)) {}

    Html& markup(Markup markup) {
        out_ += markup.text;
        return *this;
    }
    Html& either(bool holds, Markup then, Markup otherwise) { return markup(holds ? then : otherwise); }
    /// What somebody wrote, with lines as they are.
    Html& text(std::string_view text);
    /// On one line; the element around it keeps its direction to itself.
    Html& line(std::string_view text);
    /// The same isolated from the direction of the text around it.
    Html& name(std::string_view text);
    Html& number(std::int64_t value);
    /// From 0 to 1, as " name="12.34%"".
    Html& percent(Markup name, double part);
    Html& attribute(Markup name, std::string_view value);
    Html& attribute(Markup name, std::int64_t value);
    /// `<a href="#t12">`: a letter and a number.
    Html& link(char kind, std::int64_t id, Markup rest);
    /// ` id="t12"`.
    Html& id(char kind, std::int64_t id);
    /// What somebody wrote, as long as it may be: in a box that scrolls; folded, and laid out bit by bit,
    /// when it is huge. Always whole.
    Html& block(std::string_view text);
    /// Hands over what is written so far, when there is enough of it.
    void flush_some();
    void flush();

  private:
    void escaped(std::string_view text);
    void pieces(std::string_view text);

    PageSink sink_;
    std::string out_;
};

} // namespace picture
