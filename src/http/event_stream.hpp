// Bodies that come piece by piece, taken apart: server-sent events (WHATWG, "Server-sent events") and lines
// of JSON. Invariant: what comes out does not depend on where the pieces were cut, and the work is linear in
// their bytes.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// Bytes of one event or line; no documented event comes near it.
inline constexpr std::size_t longest_event = std::size_t{32} << 20U;

struct ServerEvent {
    std::string name; ///< of the field `event`, "" when there was none
    std::string data; ///< lines of `data`, joined by LF
};

/// Events of a text/event-stream. Comments, `id`, `retry` and unknown fields are read over; an event without
/// a `data` field is none.
class SseSplitter {
  public:
    explicit SseSplitter(std::size_t most = longest_event) : most_(most) {}

    using Take = std::function<void(const ServerEvent&)>;
    /// Gives `take` the events that end in these bytes, one after another, each until it returns.
    void feed(std::string_view bytes, const Take& take);
    /// The event that lacks its blank line, nullopt when there is none. Many servers leave the line out; a
    /// cut stream looks the same, so whether the event is whole is for its reader to say. Call it once, last.
    std::optional<ServerEvent> finish();
    /// An event was longer than `most`: nothing comes out any more.
    [[nodiscard]] bool overflowed() const noexcept { return overflowed_; }
    /// The first line that is no field, at most 4096 bytes: an error written past the protocol.
    [[nodiscard]] const std::string& stray() const noexcept { return stray_; }
    /// How many events had ended before it.
    [[nodiscard]] std::size_t before_stray() const noexcept { return before_stray_; }

  private:
    void line(std::string_view text, const Take& take);
    void field(std::string_view name, std::string_view value);
    void dispatch(const Take& take);
    bool fits(std::size_t more);

    std::size_t most_;
    std::string line_; // not ended yet
    ServerEvent event_;
    std::string stray_;
    std::size_t before_stray_ = 0;
    std::size_t ended_ = 0; // events
    bool has_data_ = false;
    bool first_ = true;     // line: may begin with a byte order mark
    bool after_cr_ = false; // a LF that comes now belongs to it
    bool overflowed_ = false;
};

/// Lines that end in LF.
class LineSplitter {
  public:
    explicit LineSplitter(std::size_t most = longest_event) : most_(most) {}

    /// The lines that end in these bytes, without their LF.
    std::vector<std::string> feed(std::string_view bytes);
    /// The line that lacks its LF, nullopt when there is none. Call it once, last.
    std::optional<std::string> finish();
    /// A line was longer than `most`: nothing comes out any more.
    [[nodiscard]] bool overflowed() const noexcept { return overflowed_; }

  private:
    std::size_t most_;
    std::string line_;
    bool overflowed_ = false;
};

} // namespace http
