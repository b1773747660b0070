// What the targets of the stream decoders share: any bytes as the body of a stream, whole and in pieces, must
// be heard the same; and no calls come of a stream that did not say that it had ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "provider/provider.hpp"
#include "schema/type.hpp"

namespace fuzz {

/// Sizes of pieces that follow from the bytes, so that every input can be run again.
class Pieces {
  public:
    explicit Pieces(std::string_view bytes) : state_(14695981039346656037U) {
        for (const char c : bytes)
            state_ = (state_ ^ static_cast<unsigned char>(c)) * 1099511628211U;
    }
    std::size_t next() {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        const auto dice = static_cast<std::size_t>(state_ >> 40U);
        return 1 + (dice % 4 == 0 ? dice % 64 : dice % 4);
    }

  private:
    std::uint64_t state_;
};

inline void require(bool holds) {
    if (!holds) std::abort();
}

struct Heard {
    std::string deltas[3];
    std::string outcome;
    bool calls = false;
};

inline Heard hear(std::string_view provider, std::string_view body, bool whole) {
    static const provider::Conversation asked{
        {provider::text_message(provider::Role::user, "hi")}, {{"memory.write", "", {}}}, ""};
    provider::Endpoint endpoint;
    endpoint.name = "default/e";
    endpoint.base_url = "http://h/v1";
    endpoint.model = "m";
    endpoint.stream = true;
    const auto decoder = provider::find_provider(provider)->decoder(endpoint, asked);
    Heard out;
    Pieces pieces(body);
    while (!body.empty()) {
        const std::string_view piece = body.substr(0, whole ? body.size() : pieces.next());
        body.remove_prefix(piece.size());
        for (const provider::Delta& delta : decoder->feed(piece))
            out.deltas[static_cast<std::size_t>(delta.kind)] +=
                delta.text + (delta.kind == provider::Delta::Kind::tool_call ? "," : "");
    }
    http::Response head;
    head.status = 200;
    const provider::Outcome outcome = decoder->finish(head);
    if (const auto* reply = std::get_if<provider::Reply>(&outcome)) {
        out.outcome =
            schema::encode(reply->message) + schema::encode(reply->usage) + reply->raw_finish + reply->model;
        for (const provider::Part& part : reply->message.parts)
            out.calls = out.calls || part.kind == provider::Part::Kind::tool_call;
    } else {
        const auto& refusal = std::get<provider::Refusal>(outcome);
        require(!refusal.detail.empty());
        out.outcome = refusal.code + "\n" + refusal.detail + "\n" + refusal.hint;
    }
    return out;
}

/// `marks`: one of these words is in every stream that ends.
template <typename... Marks>
int run(std::string_view provider, const std::uint8_t* data, std::size_t size, Marks... marks) {
    const std::string_view body(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    const Heard whole = hear(provider, body, true);
    const Heard cut = hear(provider, body, false);
    require(whole.outcome == cut.outcome);
    for (std::size_t i = 0; i < 3; ++i)
        require(whole.deltas[i] == cut.deltas[i]);
    if (whole.calls) require(((body.find(marks) != std::string_view::npos) || ...));
    return 0;
}

} // namespace fuzz
