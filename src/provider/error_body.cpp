// The shapes of error bodies. Sources: the error types of the OpenAI, Anthropic and AWS SDKs, Gemini's and
// Mistral's API references, FastAPI's validation errors (vLLM, TGI), and what proxies answer.
#include "provider/refusal.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "schema/tree.hpp"

namespace provider {

namespace {

using schema::Tree;

std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (!space)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    return std::string(base::trim(out));
}

void add_code(ErrorBody& out, std::string_view code) {
    if (!code.empty() && std::find(out.codes.begin(), out.codes.end(), code) == out.codes.end())
        out.codes.emplace_back(code);
}

bool digits_only(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Codes of one level, in the order they say most.
void add_codes(ErrorBody& out, const Tree& error) {
    add_code(out, error.text_of("code"));
    add_code(out, aws_code(error.text_of("__type")));
    for (const std::string_view key : {"error_type", "type", "status"})
        add_code(out, error.text_of(key));
    if (const Tree* inner = error.find("innererror")) add_code(out, inner->text_of("code")); // Azure
    if (const Tree* details = error.find("details")) {
        add_code(out, details->text_of("error_code")); // Anthropic since 2026-10-21
        for (const Tree& item : details->items)
            add_code(out, item.text_of("reason")); // Google: API_KEY_INVALID
    }
    if (!out.parameter.empty()) return;
    const std::string_view param = error.text_of("param");
    // Which part of it is wrong does not matter: it is sent or not.
    out.parameter = std::string(param.starts_with("response_format") ? param.substr(0, 15) : param);
}

void read_validation(ErrorBody& out, const Tree& detail) {
    if (detail.kind == Tree::Kind::scalar) {
        out.message = detail.text;
        return;
    }
    std::vector<std::string> complaints;
    for (const Tree& item : detail.items) {
        std::vector<std::string> path;
        if (const Tree* loc = item.find("loc")) {
            for (const Tree& step : loc->items)
                path.push_back(step.text);
        }
        if (out.parameter.empty() && !path.empty()) {
            const bool format = path.size() > 1 && path[1] == "response_format"; // ["body", ..., "schema"]
            out.parameter = format ? path[1] : path.back();
        }
        add_code(out, item.text_of("type"));
        complaints.push_back(base::join(path, ".") + ": " + std::string(item.text_of("msg")));
    }
    out.message = base::join(complaints, "; ");
}

void read_error(ErrorBody& out, const Tree& body, const Tree& error) {
    if (error.is_map()) {
        add_codes(out, error);
        out.message = std::string(error.text_of("message"));
        if (out.message.empty()) out.message = std::string(error.text_of("Message"));
        if (out.message.empty()) out.message = schema::to_json(error);
        return;
    }
    out.message = error.kind == Tree::Kind::scalar ? error.text : schema::to_json(error);
    add_codes(out, body);
}

void read_json(ErrorBody& out, const Tree& body) {
    if (body.is_list() && !body.items.empty()) return read_json(out, body.items.front());
    if (body.kind == Tree::Kind::scalar) {
        out.message = body.text;
        return;
    }
    const Tree* error = body.find("error");
    if (error != nullptr && error->kind != Tree::Kind::null) {
        read_error(out, body, *error);
        return add_code(out, body.text_of("status_code")); // Cerebras, inside a stream
    }
    const Tree* errors = body.find("errors");
    if (errors != nullptr && errors->is_list() && !errors->items.empty())
        return read_error(out, body, errors->items.front());
    add_codes(out, body);
    if (const Tree* detail = body.find("detail")) return read_validation(out, *detail);
    out.message = std::string(body.text_of("message"));
    if (out.message.empty()) out.message = std::string(body.text_of("Message"));
    if (out.message.empty()) out.message = schema::to_json(body);
}

std::string title_of(std::string_view html) {
    const std::string lower = base::lower(html.substr(0, 65536));
    const std::size_t tag = lower.find("<title");
    const std::size_t start = tag == std::string::npos ? tag : lower.find('>', tag);
    const std::size_t end = start == std::string::npos ? start : lower.find("</title", start);
    if (end == std::string::npos) return {};
    return one_line(html.substr(start + 1, end - start - 1));
}

} // namespace

std::string aws_code(std::string_view text) {
    text = text.substr(0, text.find(':'));
    const std::size_t hash = text.rfind('#');
    return std::string(base::trim(hash == std::string_view::npos ? text : text.substr(hash + 1)));
}

ErrorBody error_body(std::string_view body) {
    constexpr std::size_t most = 4096; // bytes of text that has no shape; cut again after secrets are out
    ErrorBody out;
    const std::string_view text = base::trim(body);
    if (text.empty()) return out;
    if (text.starts_with('<')) {
        out.html = true;
        const std::string title = title_of(text);
        out.message = title.empty() ? "an HTML page" : title + " (an HTML page)";
        return out;
    }
    if (const schema::Parsed parsed = schema::parse_json(text))
        read_json(out, parsed.tree);
    else
        out.message = std::string(base::utf8_prefix(text, most));
    out.message = one_line(out.message);
    // A number alone says less than the type beside it.
    for (const std::string& code : out.codes) {
        if (out.code.empty() || (digits_only(out.code) && !digits_only(code))) out.code = code;
    }
    return out;
}

} // namespace provider
