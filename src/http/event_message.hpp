// Bodies of type application/vnd.amazon.eventstream, AWS's binary framing, taken apart. Source: the framing
// as the SDKs of AWS implement it (botocore's eventstream, aws-c-event-stream). Invariant: a message comes
// out only when both of its check sums are right; what comes out does not depend on where the pieces were
// cut, and the work is linear in their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// Limits of the SDKs.
inline constexpr std::size_t longest_message_headers = std::size_t{128} << 10U; // bytes
inline constexpr std::size_t longest_message_payload = std::size_t{24} << 20U;  // bytes

struct MessageHeader {
    enum class Type : unsigned char { yes, no, int8, int16, int32, int64, bytes, text, timestamp, uuid };
    std::string name;
    Type type = Type::yes;
    std::int64_t number = 0; ///< of the whole numbers, and of a timestamp: ms since 1970
    std::string bytes;       ///< of bytes, text (any bytes) and uuid (16)
};

struct EventMessage {
    std::vector<MessageHeader> headers; ///< names are unique
    std::string payload;
    /// The value of the header with that name and Type::text; "" when there is none.
    [[nodiscard]] std::string_view text_of(std::string_view name) const noexcept;
};

class MessageSplitter {
  public:
    /// The messages that end in these bytes.
    std::vector<EventMessage> feed(std::string_view bytes);
    /// Why the bytes are no messages, a clause: "a message whose check sum is wrong". Nothing comes out any
    /// more. "" as long as they are.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
    /// Bytes of a message that has not ended.
    [[nodiscard]] std::size_t pending() const noexcept { return held_.size(); }

  private:
    void prelude();
    void message(std::vector<EventMessage>& out);
    void fail(std::string_view why);

    std::string held_;
    std::size_t total_ = 0; // of the message that began; 0: not known yet
    std::size_t headers_ = 0;
    std::string problem_;
};

} // namespace http
