// Streams as the tests write them, and everything that was heard of one as a text, so that two ways of
// hearing compare with ==.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cases.hpp"

namespace provider::test {

struct Heard {
    std::string text;     ///< of all deltas
    std::string thinking; ///< likewise
    std::string tools;    ///< names, comma after each
    Outcome outcome;
};

/// Everything an outcome says.
std::string told(const Outcome& outcome);
/// That, and the deltas.
std::string told(const Heard& heard);
/// Kinds, ids, names, arguments and texts of all parts.
std::string sketch(const Outcome& outcome);

/// With Endpoint::stream; a base URL where the provider has none.
Endpoint streaming(std::string_view provider);
http::Response head(std::string_view content_type = "text/event-stream");

/// The body cut at these places, in rising order.
Heard hear(const Endpoint& endpoint, std::string_view provider, std::string_view body,
           const std::vector<std::size_t>& cuts, const http::Response& head, const Conversation& asked);
/// The body whole, byte by byte and cut once at every place: all must be the same.
Heard hear(std::string_view provider, std::string_view body,
           const Conversation& asked = captured_tools_turn1(), const http::Response& with = head());

/// Events as "data: ...", each with its blank line.
std::string sse(const std::vector<std::string>& data);
/// A chat completion chunk with one choice.
std::string chunk(std::string_view delta, std::string_view finish = "null");
/// Events of Anthropic, named by their `type`.
std::string named(const std::vector<std::string>& data);
/// A message of AWS's binary framing with these headers of text.
std::string binary(const std::vector<std::pair<std::string, std::string>>& headers, std::string_view payload);
/// Messages of a ConverseStream answer: name and JSON.
std::string converse(const std::vector<std::pair<std::string, std::string>>& events);
/// Where each event of a body ends.
std::vector<std::size_t> event_ends(std::string_view body, std::string_view end);
/// A file of recorded bytes, such as "openai/stream.response.sse".
std::string recorded(const std::string& name);

} // namespace provider::test
