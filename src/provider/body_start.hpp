// Whether a body is the stream that was asked for or a document: servers answer a request for a stream with
// plain JSON, and proxies with HTML. Invariant: decided by the bytes alone, wherever they were cut.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "provider/stream.hpp"

namespace provider {

enum class Shape { open, stream, document };

class BodyStart {
  public:
    explicit BodyStart(Framing framing) : framing_(framing) {}

    /// The shape as far as these bytes and those before say it. Bytes are kept; more than `longest_document`
    /// are not.
    Shape add(std::string_view bytes);
    [[nodiscard]] Shape shape() const noexcept { return shape_; }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    std::string take();
    /// The document was longer than may be kept.
    [[nodiscard]] bool overflowed() const noexcept { return overflowed_; }

    static constexpr std::size_t longest_document = std::size_t{64} << 20U;

  private:
    Shape look();
    Shape look_for_line();

    Framing framing_;
    Shape shape_ = Shape::open;
    std::string text_;
    std::size_t start_ = 0;    // of what is not white space
    std::size_t searched_ = 0; // no line ends before
    bool overflowed_ = false;
};

} // namespace provider
