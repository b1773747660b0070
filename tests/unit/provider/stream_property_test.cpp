// For any answer: told piece by piece, in pieces of any size, it is the answer that was told at once.
#include <random>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "streams.hpp"

namespace provider::test {
namespace {

struct Answer {
    std::string thinking, text;
    std::vector<std::pair<std::string, std::string>> calls; ///< name, arguments as JSON
    bool counted = true;
};

class Dice {
  public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t n) { return engine_() % n; }

    std::string text() {
        static const std::vector<std::string> words{
            "a", " ", "\n",      "<think>", "</think>",         "\"", "\\",   "\xC4\x8D", "\r\n",
            "{", "}", "data: x", "[DONE]",  "\xF0\x9F\x8C\xA4", "<",  "\n\n", "\t"};
        std::string out;
        for (std::size_t n = below(8); n > 0; --n)
            out += words[below(words.size())];
        return out;
    }

    Answer answer() {
        Answer out;
        if (below(2) == 0) out.thinking = text();
        out.text = text();
        for (std::size_t n = below(3); n > 0; --n) {
            base::JsonWriter arguments;
            arguments.begin_object().member("k", text()).key("l").raw("[{},1.50,null]").end_object();
            out.calls.emplace_back(below(2) == 0 ? "get_weather" : "other", std::move(arguments).take());
        }
        out.counted = below(3) > 0;
        return out;
    }

    /// In one to four pieces that end where characters end.
    std::vector<std::string> pieces(const std::string& text) {
        std::vector<std::string> out;
        std::string_view rest = text;
        for (std::size_t n = below(4); n > 0 && !rest.empty(); --n) {
            const std::string_view piece = base::utf8_prefix(rest, below(rest.size() + 1));
            out.emplace_back(piece);
            rest.remove_prefix(piece.size());
        }
        out.emplace_back(rest);
        return out;
    }

    std::vector<std::size_t> cuts(std::size_t size) {
        std::vector<std::size_t> out;
        for (std::size_t at = below(64); at < size; at += 1 + below(64))
            out.push_back(at);
        return out;
    }

  private:
    std::mt19937 engine_;
};

std::string quoted(const std::string& text) {
    return base::json_quoted(text);
}

struct Told {
    std::string whole, stream;
};

Told as_openai(const Answer& answer, Dice& dice) {
    const std::string usage = R"("usage":{"prompt_tokens":10,"completion_tokens":5})";
    std::string calls;
    std::vector<std::string> data;
    for (const std::string& piece : dice.pieces(answer.thinking))
        data.push_back(chunk(R"({"reasoning_content":)" + quoted(piece) + "}"));
    for (const std::string& piece : dice.pieces(answer.text))
        data.push_back(chunk(R"({"content":)" + quoted(piece) + "}"));
    std::size_t n = 0;
    for (const auto& [name, arguments] : answer.calls) {
        const std::string open = base::format(R"("id":"c{}","function":{{"name":"{}")", n, name);
        calls += base::format(R"({}{{{},"arguments":{}}}}})", n == 0 ? "" : ",", open, quoted(arguments));
        data.push_back(chunk(base::format(R"({{"tool_calls":[{{"index":{},{}}}}}]}})", n, open)));
        for (const std::string& piece : dice.pieces(arguments))
            data.push_back(chunk(base::format(
                R"({{"tool_calls":[{{"index":{},"function":{{"arguments":{}}}}}]}})", n, quoted(piece))));
        ++n;
    }
    data.push_back(chunk("{}", R"("stop")"));
    if (answer.counted) data.push_back(R"({"choices":[],)" + usage + "}");
    data.emplace_back("[DONE]");
    const std::string whole = base::format(
        R"({{"model":"m-1","choices":[{{"message":{{"content":{},"reasoning_content":{},"tool_calls":[{}]}},)"
        R"("finish_reason":"stop"}}]{}}})",
        quoted(answer.text), quoted(answer.thinking), calls, answer.counted ? "," + usage : "");
    return {whole, sse(data)};
}

Told as_anthropic(const Answer& answer, Dice& dice) {
    const std::string usage = answer.counted ? R"({"input_tokens":10,"output_tokens":5})" : "null";
    std::string content;
    std::vector<std::string> data{
        base::format(R"({{"type":"message_start","message":{{"model":"m-1","usage":{}}}}})", usage)};
    std::size_t n = 0;
    const auto block = [&](const std::string& open, const std::string& whole, const std::string& type,
                           const std::string& key, const std::vector<std::string>& pieces) {
        content += (n == 0 ? "" : ",") + whole;
        data.push_back(
            base::format(R"({{"type":"content_block_start","index":{},"content_block":{}}})", n, open));
        for (const std::string& piece : pieces)
            data.push_back(
                base::format(R"({{"type":"content_block_delta","index":{},"delta":{{"type":"{}","{}":{}}}}})",
                             n, type, key, quoted(piece)));
        if (type == "thinking_delta")
            data.push_back(base::format(
                R"({{"type":"content_block_delta","index":{},"delta":{{"type":"signature_delta","signature":"s"}}}})",
                n));
        data.push_back(base::format(R"({{"type":"content_block_stop","index":{}}})", n++));
    };
    if (!answer.thinking.empty())
        block(R"({"type":"thinking","thinking":"","signature":""})",
              base::format(R"({{"type":"thinking","thinking":{},"signature":"s"}})", quoted(answer.thinking)),
              "thinking_delta", "thinking", dice.pieces(answer.thinking));
    block(R"({"type":"text","text":""})", base::format(R"({{"type":"text","text":{}}})", quoted(answer.text)),
          "text_delta", "text", dice.pieces(answer.text));
    for (const auto& [name, arguments] : answer.calls) {
        const std::string open =
            base::format(R"({{"type":"tool_use","id":"c{}","name":"{}","input":)", n, name);
        block(open + "{}}", open + arguments + "}", "input_json_delta", "partial_json",
              dice.pieces(arguments));
    }
    data.push_back(R"({"type":"message_delta","delta":{"stop_reason":"end_turn"}})");
    data.push_back(R"({"type":"message_stop"})");
    return {base::format(R"({{"model":"m-1","content":[{}],"stop_reason":"end_turn","usage":{}}})", content,
                         usage),
            named(data)};
}

Told as_ollama(const Answer& answer, Dice& dice) {
    const std::string end = std::string(R"("done":true,"done_reason":"stop")") +
                            (answer.counted ? R"(,"prompt_eval_count":10,"eval_count":5)" : "");
    std::string calls;
    std::string stream;
    const auto line = [&](const std::string& message) {
        stream += R"({"model":"m-1","message":)" + message + ",\"done\":false}\n";
    };
    for (const std::string& piece : dice.pieces(answer.thinking))
        line(R"({"thinking":)" + quoted(piece) + "}");
    for (const std::string& piece : dice.pieces(answer.text))
        line(R"({"content":)" + quoted(piece) + "}");
    for (const auto& [name, arguments] : answer.calls) {
        const std::string call =
            base::format(R"({{"function":{{"name":"{}","arguments":{}}}}})", name, arguments);
        line(R"({"tool_calls":[)" + call + "]}");
        calls += (calls.empty() ? "" : ",") + call;
    }
    stream += R"({"model":"m-1","message":{"content":""},)" + end + "}\n";
    return {base::format(R"({{"model":"m-1","message":{{"content":{},"thinking":{},"tool_calls":[{}]}},{}}})",
                         quoted(answer.text), quoted(answer.thinking), calls, end),
            stream};
}

Told as_bedrock(const Answer& answer, Dice& dice) {
    const std::string usage = answer.counted
                                  ? R"("usage":{"inputTokens":10,"outputTokens":5,"totalTokens":15})"
                                  : R"("usage":null)";
    std::string content;
    std::vector<std::pair<std::string, std::string>> events{{"messageStart", R"({"role":"assistant"})"}};
    std::size_t n = 0;
    const auto delta = [&](const std::string& json) {
        events.emplace_back("contentBlockDelta",
                            base::format(R"({{"contentBlockIndex":{},"delta":{},"p":"abc"}})", n, json));
    };
    const auto close = [&](const std::string& whole) {
        content += (n == 0 ? "" : ",") + whole;
        events.emplace_back("contentBlockStop", base::format(R"({{"contentBlockIndex":{}}})", n++));
    };
    if (!answer.thinking.empty()) {
        for (const std::string& piece : dice.pieces(answer.thinking))
            delta(base::format(R"({{"reasoningContent":{{"text":{}}}}})", quoted(piece)));
        delta(R"({"reasoningContent":{"signature":"s"}})");
        close(base::format(R"({{"reasoningContent":{{"reasoningText":{{"text":{},"signature":"s"}}}}}})",
                           quoted(answer.thinking)));
    }
    for (const std::string& piece : dice.pieces(answer.text))
        delta(base::format(R"({{"text":{}}})", quoted(piece)));
    close(base::format(R"({{"text":{}}})", quoted(answer.text)));
    for (const auto& [name, arguments] : answer.calls) {
        const std::string open = base::format(R"({{"toolUse":{{"toolUseId":"c{}","name":"{}")", n, name);
        events.emplace_back("contentBlockStart",
                            base::format(R"({{"contentBlockIndex":{},"start":{}}}}}}})", n, open));
        for (const std::string& piece : dice.pieces(arguments))
            delta(base::format(R"({{"toolUse":{{"input":{}}}}})", quoted(piece)));
        close(base::format("{},\"input\":{}}}}}", open, arguments));
    }
    events.emplace_back("messageStop", R"({"stopReason":"end_turn"})");
    if (answer.counted) events.emplace_back("metadata", "{" + usage + R"(,"metrics":{"latencyMs":1}})");
    return {
        base::format(
            R"({{"output":{{"message":{{"role":"assistant","content":[{}]}}}},"stopReason":"end_turn",{}}})",
            content, usage),
        converse(events)};
}

TEST_CASE("streamed and whole are equal") {
    struct {
        std::string provider;
        Told (*tell)(const Answer&, Dice&);
    } const table[] = {{"openai", as_openai},       {"openai-compatible", as_openai},
                       {"azure-openai", as_openai}, {"anthropic", as_anthropic},
                       {"bedrock", as_bedrock},     {"ollama", as_ollama}};
    const Conversation asked = captured_tools_turn1();
    for (const auto& r : table) {
        const Endpoint endpoint = streaming(r.provider);
        for (unsigned seed = 0; seed < 400; ++seed) {
            CAPTURE(r.provider);
            CAPTURE(seed);
            Dice dice(seed);
            const Answer said = dice.answer();
            const Told told_both = r.tell(said, dice);
            CAPTURE(told_both.stream);
            const Outcome whole =
                row(r.provider)
                    .parse_response(endpoint, asked,
                                    answer(200, told_both.whole, {{"x-request-id", "req_1"}}));
            const Heard streamed = hear(endpoint, r.provider, told_both.stream,
                                        dice.cuts(told_both.stream.size()), head(), asked);
            REQUIRE(told(streamed.outcome) == told(whole));
            // All that was shown is the answer; an open tag of an old Ollama model is known only at the end.
            const std::string text = text_of(reply(whole).message);
            if (r.provider != "ollama")
                REQUIRE(streamed.text == text);
            else
                REQUIRE(text.starts_with(streamed.text));
        }
    }
}

} // namespace
} // namespace provider::test
