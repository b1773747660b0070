// Three lines and an answer: a JSON path, what its value is compared with, what the text is searched for; the
// condition is judged in bounded time, and a comparison and its opposite never both hold.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "resource/pattern.hpp"
#include "run/condition.hpp"

namespace {

using resource::Condition;

void require(bool holds) {
    if (!holds) std::abort();
}

std::string take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    std::string out(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return out;
}

bool holds(const Condition& condition, std::string_view answer) {
    require(!run::render(condition).empty());
    return run::holds(condition, answer);
}

void check_text(const std::string& part, std::string_view answer) {
    Condition with;
    with.output_contains = part;
    Condition without;
    without.output_not_contains = part;
    if (!part.empty()) require(holds(with, answer) != holds(without, answer));
    if (answer.find(part) != std::string_view::npos) require(holds(with, answer));
    if (part.empty() || !resource::Pattern::problem(part).empty()) return;
    Condition matches;
    matches.output_matches = part;
    (void)holds(matches, answer);
}

void check_path(const std::string& path, const std::string& value, std::string_view answer) {
    if (path.substr(0, 2) != "$.") return; // as a manifest has to have it
    const auto compared = [&](std::optional<std::string> Condition::*how) {
        Condition out;
        out.output_json_path = path;
        out.*how = value;
        return holds(out, answer);
    };
    Condition there;
    there.output_json_path = path;
    const bool equal = compared(&Condition::equals);
    const bool unequal = compared(&Condition::not_equals);
    const bool more = compared(&Condition::greater_than);
    const bool less = compared(&Condition::less_than);
    require(holds(there, answer) == (equal || unequal));
    require(!(equal && unequal));
    require(!(more && less));
    if (more || less || compared(&Condition::contains)) require(equal || unequal);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    if (base::invalid_utf8(text) != std::string_view::npos) return 0; // refused where it enters
    const std::string path = take_line(text);
    const std::string value = take_line(text);
    const std::string part = take_line(text);
    check_path(path, value, text);
    check_text(part, text);
    return 0;
}
