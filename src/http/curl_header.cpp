// The header of a request as lines for libcurl. No line holds a line break, and no copy of a secret outlives
// the exchange in memory that is ours.
#include "http/curl_exchange.hpp"

#include <cstring>
#include <new>

#include "base/text.hpp"
#include "http/header.hpp"

namespace http {

namespace {

/// Framing belongs to libcurl; a second opinion about a body's length is how requests are smuggled.
bool is_framing(std::string_view name) noexcept {
    return base::same_ignoring_case(name, "content-length") ||
           base::same_ignoring_case(name, "transfer-encoding");
}

std::string check_field(std::string_view name, std::string_view value) {
    if (!is_token(name)) return base::format("'{}' is not a header name", base::visible(name));
    if (is_framing(name)) return base::format("the header '{}' is set by the transport itself", name);
    if (!one_line(value)) return base::format("the value of the header '{}' holds a line break or NUL", name);
    return {};
}

/// `line` is wiped by the caller. libcurl's grammar: "Name: value", and "Name;" for an empty value.
void add_field(HeaderLines& lines, std::string& line, std::string_view name, std::string_view prefix,
               std::string_view value) {
    base::wipe(line);
    // Reserved at once, so that no reallocation leaves a copy behind.
    line.reserve(name.size() + prefix.size() + value.size() + 3);
    line += name;
    if (prefix.empty() && value.empty()) {
        line += ';';
    } else {
        line += ": ";
        line += prefix;
        line += value;
    }
    lines.add(line.c_str());
}

bool names(const Request& request, std::string_view name) noexcept {
    for (const auto& header : request.headers)
        if (base::same_ignoring_case(header.name, name)) return true;
    for (const auto& header : request.secret_headers)
        if (base::same_ignoring_case(header.name, name)) return true;
    return false;
}

} // namespace

HeaderLines::~HeaderLines() {
    for (curl_slist* line = first_; line != nullptr; line = line->next)
        base::wipe(line->data, std::strlen(line->data));
    if (first_ != nullptr) curl_.slist_free_all(first_);
}

void HeaderLines::add(const char* line) {
    curl_slist* list = curl_.slist_append(first_, line);
    if (list == nullptr) throw std::bad_alloc();
    first_ = list;
}

std::string build_header(Exchange& exchange) {
    const Request& request = exchange.request;
    std::string line;
    for (const auto& header : request.headers) {
        if (auto wrong = check_field(header.name, header.value); !wrong.empty()) return wrong;
        add_field(exchange.lines, line, header.name, "", *one_line(header.value));
    }
    for (const auto& header : request.secret_headers) {
        if (auto wrong = check_field(header.name, header.secret.reveal()); !wrong.empty()) return wrong;
        if (auto wrong = check_field(header.name, header.prefix); !wrong.empty()) return wrong;
        add_field(exchange.lines, line, header.name, header.prefix, *one_line(header.secret.reveal()));
    }
    base::wipe(line);
    // libcurl would ask for permission before a large body (a second of waiting where nobody answers), and
    // call every body a form.
    if (!names(request, "expect")) exchange.lines.add("Expect:");
    if (!names(request, "content-type")) exchange.lines.add("Content-Type:");
    return {};
}

} // namespace http
