// From a response to what all codecs need of it. Servers that forward to others leave out ids, repeat them,
// or answer 200 with an HTML page; all of that is settled here.
#include "provider/reply.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "provider/answer_schema.hpp"
#include "provider/names.hpp"
#include "provider/options.hpp"
#include "provider/refusal.hpp"

namespace provider {

namespace {

std::string derived_id(const Part& call, std::size_t place, const Conversation& asked) {
    const std::string content = base::format("{}\n{}\n{}\n{}{}", asked.messages.size(), place, call.name,
                                             call.arguments.text, call.text);
    return "call_" + base::hex(base::sha256(content)).substr(0, 12);
}

/// The value of a \uXXXX escape at `at`, or -1.
int escaped_unit(std::string_view text, std::size_t at) {
    if (text.substr(at, 2) != "\\u" || text.size() < at + 6) return -1;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + 6, value, 16);
    return error == std::errc() && end == text.data() + at + 6 ? value : -1;
}

/// Some servers cut an answer inside a character and send half of a surrogate pair. That is not JSON, but the
/// answer was paid for: the half becomes U+FFFD.
std::string without_lone_surrogates(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] != '\\') {
            out += text[i++];
            continue;
        }
        const int unit = escaped_unit(text, i);
        if (unit < 0) { // another escape: two characters belong together
            out += text.substr(i, 2);
            i += 2;
            continue;
        }
        const int next = escaped_unit(text, i + 6);
        const bool pair = unit >= 0xD800 && unit < 0xDC00 && next >= 0xDC00 && next < 0xE000;
        const bool half = unit >= 0xD800 && unit < 0xE000 && !pair;
        out += half ? std::string_view("\\ufffd") : text.substr(i, pair ? 12 : 6);
        i += pair ? 12 : 6;
    }
    return out;
}

} // namespace

void parse_answer_over(std::string_view text, schema::Parsed& out) {
    schema::parse_json_over(text, out);
    if (!out && text.find("\\u") != std::string_view::npos)
        schema::parse_json_over(without_lone_surrogates(text), out);
}

schema::Parsed parse_answer(std::string_view text) {
    schema::Parsed parsed;
    parse_answer_over(text, parsed);
    return parsed;
}

bool holds_error(const schema::Tree& answer) {
    if (answer.is_list()) return !answer.items.empty() && holds_error(answer.items.front());
    if (answer.text_of("object") == "error") return true; // vLLM
    const schema::Tree* error = answer.find("error");
    if (error == nullptr || error->kind == schema::Tree::Kind::null) return false;
    if (error->kind == schema::Tree::Kind::scalar)
        return error->quoted ? !error->text.empty() : error->text == "true";
    return true;
}

std::variant<schema::Tree, Refusal> json_answer(const Provider& provider, const Endpoint& endpoint,
                                                const http::Response& response) {
    if (response.status < 200 || response.status > 299) return refusal_from(provider, endpoint, response);
    schema::Parsed parsed = parse_answer(response.body);
    if (!parsed) {
        if (base::trim(response.body).empty()) return not_documented(endpoint, response, "is empty");
        const ErrorBody body = error_body(response.body);
        Refusal out = not_documented(
            endpoint, response,
            base::format("is not JSON: {}", body.message.empty() ? "nothing printable" : body.message));
        if (body.html) out.hint = hint_for(provider, endpoint, out, body);
        return out;
    }
    if (holds_error(parsed.tree)) return refusal_from(provider, endpoint, response);
    return std::move(parsed.tree);
}

/// What any of the providers says of tokens, in whatever else it says.
std::optional<Usage> reported_usage(const schema::Tree& answer) {
    const schema::Tree& usage = answer.in("usage").is_map() ? answer.in("usage") : answer;
    const auto first = [&](std::initializer_list<std::string_view> keys) -> std::int64_t {
        for (const std::string_view key : keys) {
            if (const auto count = count_of(usage, key)) return *count;
        }
        return 0;
    };
    Usage out;
    out.input = first({"prompt_tokens", "input_tokens", "inputTokens", "prompt_eval_count"});
    out.output = first({"completion_tokens", "output_tokens", "outputTokens", "eval_count"});
    if (out.total() == 0) return std::nullopt;
    out.cost = cost_in(usage);
    return out;
}

Refusal not_documented(const Endpoint& endpoint, const http::Response& response, std::string_view what) {
    Refusal out;
    out.kind = Refusal::Kind::bad_response;
    out.status = response.status;
    out.detail = tidy(endpoint, base::format("the answer {}", what));
    out.request_id = request_id_of(response);
    out.hint = base::format("check spec.base_url of {}: something else than the model's API may answer there",
                            subject(endpoint));
    if (const schema::Parsed parsed = parse_answer(response.body)) out.usage = reported_usage(parsed.tree);
    return out;
}

Finish finish_among(std::span<const FinishWord> words, std::string_view word) {
    const auto row =
        std::find_if(words.begin(), words.end(), [&](const FinishWord& w) { return w.word == word; });
    return row == words.end() ? Finish::other : row->finish;
}

std::string origin_of(const Provider& provider, const Endpoint& endpoint) {
    return base::format("{}/{}", provider.name, endpoint.model);
}

void read_calls(const schema::Tree& message, const std::string& origin, Reply& reply) {
    const schema::Tree* calls = message.find("tool_calls");
    if (calls == nullptr) return;
    for (const schema::Tree& call : calls->items) {
        const schema::Tree* function = call.find("function");
        if (function == nullptr || function->text_of("name").empty()) continue;
        Part part;
        part.kind = Part::Kind::tool_call;
        part.id = std::string(call.text_of("id"));
        part.name = std::string(function->text_of("name"));
        const schema::Tree* arguments = function->find("arguments");
        if (arguments == nullptr || arguments->kind == schema::Tree::Kind::null)
            set_arguments(part, "");
        else
            set_arguments(part, arguments->is_text() ? arguments->text : schema::to_json(*arguments));
        const schema::Tree* extra = call.find("extra_content");
        if (extra != nullptr && extra->is_map()) {
            part.blob.text = schema::to_json(*extra);
            part.origin = origin;
        }
        reply.message.parts.push_back(std::move(part));
    }
}

void settle_cut(Reply& reply) {
    auto& parts = reply.message.parts;
    const auto is_call = [](const Part& part) { return part.kind == Part::Kind::tool_call; };
    if (std::none_of(parts.begin(), parts.end(), is_call)) return;
    if (reply.finish != Finish::length || !is_call(parts.back())) {
        if (reply.finish != Finish::content_filter) reply.finish = Finish::tool_calls;
        return;
    }
    Part& cut = parts.back();
    if (cut.text.empty()) cut.text = std::move(cut.arguments.text);
    cut.arguments.text.clear();
}

void take_answer(const Conversation& asked, Reply& reply) {
    if (asked.output_schema.text.empty()) return;
    auto& parts = reply.message.parts;
    const std::string name = answer_tool_name(asked);
    const auto is_answer = [&](const Part& part) {
        return part.kind == Part::Kind::tool_call && part.name == name;
    };
    const auto calls = std::count_if(parts.begin(), parts.end(),
                                     [](const Part& part) { return part.kind == Part::Kind::tool_call; });
    const auto answers = std::count_if(parts.begin(), parts.end(), is_answer);
    if (answers == 0) return;
    if (calls > answers) {
        std::erase_if(parts, is_answer);
        return;
    }
    const Part last = *std::find_if(parts.rbegin(), parts.rend(), is_answer);
    std::erase_if(parts, [&](const Part& part) { // what led to it, and what it was before
        return part.kind == Part::Kind::text || is_answer(part);
    });
    parts.emplace_back().text = last.arguments.text.empty() ? last.text : last.arguments.text;
    if (reply.finish == Finish::tool_calls) reply.finish = Finish::stop;
}

void settle_calls(Reply& reply, const Conversation& asked) {
    std::set<std::string> given;
    for (const Part& part : reply.message.parts) {
        if (part.kind == Part::Kind::tool_call) given.insert(part.id);
    }
    if (given.empty()) return;
    const WireNames names(asked.tools);
    std::set<std::string> taken;
    std::size_t place = 0;
    for (Part& part : reply.message.parts) {
        if (part.kind != Part::Kind::tool_call) continue;
        ++place;
        part.name = names.original(part.name);
        if (part.id.empty()) part.id = derived_id(part, place, asked);
        const std::string id = part.id;
        for (std::size_t n = place; !taken.insert(part.id).second; ++n) {
            do
                part.id = base::format("{}_{}", id, n++);
            while (given.contains(part.id));
        }
    }
}

void settle_usage(Reply& reply, const Conversation& asked, std::optional<std::int64_t> input,
                  std::optional<std::int64_t> output) {
    Usage& usage = reply.usage;
    // A zero where something was said is no count: some servers fill the field without counting.
    const std::int64_t said = estimated_tokens(reply.message);
    if (input && *input == 0) input.reset();
    if (output && *output == 0 && said > 0) output.reset();
    usage.estimated = !input || !output;
    usage.input = input ? *input : estimated_tokens(asked);
    usage.output = output ? *output : said;
    usage.cache_read = std::min(usage.cache_read, usage.input);
    usage.cache_write = std::min(usage.cache_write, usage.input);
    // Some vendors report more reasoning than output.
    usage.reasoning = std::min(usage.reasoning, usage.output);
}

std::optional<std::int64_t> count_of(const schema::Tree& tree, std::string_view key) {
    const schema::Tree* value = tree.find(key);
    if (value == nullptr || value->kind != schema::Tree::Kind::scalar || value->quoted) return std::nullopt;
    const auto number = base::to_number(value->text);
    constexpr double most = 1e15; // no model counts that far
    if (!number || *number < 0 || *number > most) return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

std::int64_t count_in(const schema::Tree& tree, std::string_view outer, std::string_view key) {
    const schema::Tree* inner = tree.find(outer);
    return inner == nullptr ? 0 : count_of(*inner, key).value_or(0);
}

namespace {

std::optional<base::Usd> amount_of(const schema::Tree& tree, std::string_view key) {
    const schema::Tree* value = tree.find(key);
    if (value == nullptr || value->kind != schema::Tree::Kind::scalar || value->quoted) return std::nullopt;
    return base::parse_usd(value->text);
}

} // namespace

std::optional<base::Usd> cost_in(const schema::Tree& usage) {
    const schema::Tree* cost = usage.find("cost");
    if (cost != nullptr && cost->is_map()) return amount_of(*cost, "total_cost");
    const auto charged = amount_of(usage, "cost");
    if (!charged || usage.text_of("is_byok") != "true") return charged;
    return *charged + amount_of(usage.in("cost_details"), "upstream_inference_cost").value_or(base::Usd{});
}

void set_arguments(Part& call, std::string_view text) {
    const std::string_view trimmed = base::trim(text);
    if (trimmed.empty()) {
        call.arguments.text = "{}";
        return;
    }
    const schema::Parsed parsed = schema::parse_json(trimmed);
    if (parsed && parsed.tree.is_map())
        call.arguments.text = schema::to_json(parsed.tree);
    else
        call.text = std::string(text);
}

} // namespace provider
