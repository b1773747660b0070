// What the decoders of all codecs do alike: tell a stream from a document, cut it into events, notice errors
// inside it and its end. A codec says what its events mean (StreamReader) and gets the rest from here.
// Invariant: an outcome with calls of tools is only ever made of a stream that reached its end mark.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "provider/provider.hpp"
#include "schema/tree.hpp"

namespace provider {

/// More parts or calls than any answer has; a bound on what a server can make us build.
inline constexpr std::size_t most_parts = 10'000;

/// The deltas of one feed, neighbours of one kind joined.
class Deltas {
  public:
    void add(Delta::Kind kind, std::string_view text);
    std::vector<Delta> take() { return std::move(deltas_); }

  private:
    std::vector<Delta> deltas_;
};

/// What became of an event.
struct Taken {
    enum class Kind {
        known,     ///< it is the provider's
        unknown,   ///< read over
        last,      ///< the stream is over, whatever comes
        error,     ///< `text` is an error body
        malformed, ///< `text` says what the stream "holds" or "has" that cannot be read
    };
    Kind kind = Kind::known;
    std::string text;
};

/// Puts an answer together from the events of one stream.
class StreamReader {
  public:
    StreamReader(Endpoint endpoint, Conversation asked)
        : endpoint_(std::move(endpoint)), asked_(std::move(asked)) {}
    virtual ~StreamReader() = default;
    StreamReader(const StreamReader&) = delete;
    StreamReader& operator=(const StreamReader&) = delete;

    /// The next event; `name` is "" unless the stream names its events. Not called again after an event that
    /// was the last, an error or malformed.
    virtual Taken take(std::string_view name, const schema::Tree& event, Deltas& out) = 0;
    /// The data "[DONE]" came, which ends a stream.
    virtual void done(Deltas& out) = 0;
    /// Whether the end mark came, so that the answer is whole.
    [[nodiscard]] virtual bool complete() const = 0;
    /// Its name, for messages.
    [[nodiscard]] virtual std::string_view end_mark() const = 0;
    /// The outcome of a complete answer.
    virtual Outcome answer(const http::Response& head) = 0;
    /// The codec's parse_response.
    [[nodiscard]] virtual Outcome whole(const http::Response& response) const = 0;

    [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }

  protected:
    [[nodiscard]] const Conversation& asked() const noexcept { return asked_; }

  private:
    Endpoint endpoint_;
    Conversation asked_;
};

enum class Framing {
    events,   ///< text/event-stream
    lines,    ///< a JSON object a line
    messages, ///< application/vnd.amazon.eventstream: JSON in binary messages that name their events
};

std::unique_ptr<StreamDecoder> stream_decoder(Framing framing, std::unique_ptr<StreamReader> reader);

} // namespace provider
