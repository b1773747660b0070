#include "streams.hpp"

#include <doctest/doctest.h>

#include "base/os.hpp"
#include "base/text.hpp"

namespace provider::test {

std::string told(const Outcome& outcome) {
    if (const auto* no = std::get_if<Refusal>(&outcome))
        return base::format("{} status={} code={} detail={} hint={} id={} retry={}",
                            schema::name_of(no->kind), no->status, no->code, no->detail, no->hint,
                            no->request_id, retryable(*no));
    const auto& reply = std::get<Reply>(outcome);
    return base::format("{} {} ({}) {} by {} id={} {}", schema::encode(reply.message),
                        schema::name_of(reply.finish), reply.raw_finish, schema::encode(reply.usage),
                        reply.model, reply.request_id, base::join(reply.warnings, "; "));
}

std::string told(const Heard& heard) {
    return base::format("[{}] [{}] [{}] {}", heard.text, heard.thinking, heard.tools, told(heard.outcome));
}

std::string sketch(const Outcome& outcome) {
    if (const auto* no = std::get_if<Refusal>(&outcome))
        return base::format("{} {}: {}", schema::name_of(no->kind), no->code, no->detail);
    std::string out;
    for (const Part& part : std::get<Reply>(outcome).message.parts) {
        if (!out.empty()) out += " | ";
        out += schema::name_of(part.kind);
        for (const std::string& word : {part.id, part.name, part.arguments.text, part.blob.text})
            out += word.empty() ? "" : " " + word;
        if (!part.text.empty()) out += " '" + part.text + "'";
    }
    return out;
}

Endpoint streaming(std::string_view provider) {
    Endpoint out = endpoint_of(provider);
    if (out.base_url.empty())
        out.base_url = provider == "azure-openai" ? "https://r.openai.azure.com" : "http://h/v1";
    out.stream = true;
    return out;
}

http::Response head(std::string_view content_type) {
    return answer(200, "", {{"Content-Type", std::string(content_type)}, {"x-request-id", "req_1"}});
}

Heard hear(const Endpoint& endpoint, std::string_view provider, std::string_view body,
           const std::vector<std::size_t>& cuts, const http::Response& head, const Conversation& asked) {
    const auto decoder = row(provider).decoder(endpoint, asked);
    Heard out;
    std::size_t from = 0;
    const auto feed = [&](std::size_t to) {
        for (const Delta& delta : decoder->feed(body.substr(from, to - from))) {
            if (delta.kind == Delta::Kind::text) out.text += delta.text;
            if (delta.kind == Delta::Kind::thinking) out.thinking += delta.text;
            if (delta.kind == Delta::Kind::tool_call) out.tools += delta.text + ",";
        }
        from = to;
    };
    for (const std::size_t cut : cuts)
        feed(cut);
    feed(body.size());
    out.outcome = decoder->finish(head);
    return out;
}

Heard hear(std::string_view provider, std::string_view body, const Conversation& asked,
           const http::Response& with) {
    Endpoint endpoint = streaming(provider);
    // Copying a secret is slow, and only a body that holds it needs it.
    if (body.find(endpoint.credential.reveal()) == std::string_view::npos) endpoint.credential = {};
    CAPTURE(body);
    Heard whole = hear(endpoint, provider, body, {}, with, asked);
    const std::string expected = told(whole);
    std::vector<std::size_t> bytes;
    for (std::size_t i = 1; i < body.size(); ++i) {
        bytes.push_back(i);
        REQUIRE(told(hear(endpoint, provider, body, {i}, with, asked)) == expected);
    }
    CHECK(told(hear(endpoint, provider, body, bytes, with, asked)) == expected);
    if (const auto* reply = std::get_if<Reply>(&whole.outcome)) {
        INFO(whole.text);
        CHECK(text_of(reply->message).starts_with(whole.text));
    }
    return whole;
}

std::string sse(const std::vector<std::string>& data) {
    std::string out;
    for (const std::string& one : data)
        out += "data: " + one + "\n\n";
    return out;
}

std::string chunk(std::string_view delta, std::string_view finish) {
    return base::format(R"({{"object":"chat.completion.chunk","model":"m-1","choices":[{{"index":0,)"
                        R"("delta":{},"finish_reason":{}}}]}})",
                        delta, finish);
}

std::string named(const std::vector<std::string>& data) {
    std::string out;
    for (const std::string& one : data)
        out += base::format("event: {}\ndata: {}\n\n", json(one).text_of("type"), one);
    return out;
}

std::string binary(const std::vector<std::pair<std::string, std::string>>& headers,
                   std::string_view payload) {
    const auto number = [](std::size_t value, unsigned bytes) {
        std::string out;
        for (unsigned i = bytes; i > 0; --i)
            out += static_cast<char>(value >> (8 * (i - 1)) & 0xFFU);
        return out;
    };
    const auto sum = [&](std::string_view bytes) { // CRC-32, bit by bit
        std::uint32_t rest = 0xFFFFFFFFU;
        for (const char c : bytes) {
            rest ^= static_cast<unsigned char>(c);
            for (int bit = 0; bit < 8; ++bit)
                rest = (rest & 1U) != 0 ? (rest >> 1U) ^ 0xEDB88320U : rest >> 1U;
        }
        return number(~rest, 4);
    };
    std::string head;
    for (const auto& [name, value] : headers)
        head.append(number(name.size(), 1))
            .append(name)
            .append("\x07")
            .append(number(value.size(), 2))
            .append(value);
    std::string out = number(head.size() + payload.size() + 16, 4) + number(head.size(), 4);
    out += sum(out);
    out += head + std::string(payload);
    return out + sum(out);
}

std::string converse(const std::vector<std::pair<std::string, std::string>>& events) {
    std::string out;
    for (const auto& [name, payload] : events)
        out +=
            binary({{":event-type", name}, {":content-type", "application/json"}, {":message-type", "event"}},
                   payload);
    return out;
}

std::vector<std::size_t> event_ends(std::string_view body, std::string_view end) {
    std::vector<std::size_t> out;
    for (std::size_t at = body.find(end); at != std::string_view::npos; at = body.find(end, at + end.size()))
        out.push_back(at + end.size());
    return out;
}

std::string recorded(const std::string& name) {
    return base::read_file(std::string(ORLOJ_TEST_DATA) + "/oracle/" + name, 1U << 20U);
}

} // namespace provider::test
