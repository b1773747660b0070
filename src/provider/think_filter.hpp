// Reasoning that a model writes into its answer, in front and between <think> and </think>. Invariant: what
// comes out does not depend on where the text was cut.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace provider {

class ThinkFilter {
  public:
    /// What of the white space around the answer after </think> is left out.
    enum class After {
        line_ends, ///< line ends before it
        trim,      ///< all of it, at both ends
    };
    struct Pieces {
        std::string thinking; ///< without white space at both ends
        std::string text;
    };

    explicit ThinkFilter(After after) : after_(after) {}

    /// What these bytes say for certain; what may be part of a tag is held back.
    Pieces feed(std::string_view bytes);
    /// What was held back. More may be fed: from here on it is answer, unless a tag was opened.
    Pieces finish();
    /// A whole answer at once.
    Pieces whole(std::string_view text);

  private:
    enum class State { before, inside, behind, answer, trimmed };
    bool open(Pieces& out);
    bool close(Pieces& out);
    void think(std::string_view text, Pieces& out);
    void answer(std::string_view text, Pieces& out);

    After after_;
    State state_ = State::before;
    std::string held_;      // bytes whose meaning is open
    std::size_t blank_ = 0; // of them, white space in front
    std::string space_;     // white space that is left out if it is the last
    bool thought_ = false;
};

} // namespace provider
