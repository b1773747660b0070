#include "run/prompt.hpp"

#include <set>

#include "base/text.hpp"
#include "resource/output_schema.hpp"

namespace run {

namespace {

constexpr std::string_view no_input = "Begin.";
constexpr std::size_t most_problems = 5;

/// `word`, or `word`_2, _3, ...: the first whose closing tag occurs in none of the texts. One pass, however
/// many closing tags a text holds.
std::string free_tag(std::string_view word, const std::vector<std::string_view>& texts) {
    std::set<long long> taken;
    const std::string start = base::format("</{}", word);
    for (const std::string_view text : texts) {
        for (std::size_t at = text.find(start); at != std::string_view::npos; at = text.find(start, at + 1)) {
            const std::string_view rest = text.substr(at + start.size(), 20);
            if (rest.starts_with('>'))
                taken.insert(1);
            else if (rest.starts_with('_'))
                taken.insert(base::to_integer(rest.substr(1, rest.find('>') - 1)).value_or(0));
        }
    }
    long long n = 1;
    while (taken.contains(n))
        ++n;
    return n == 1 ? std::string(word) : base::format("{}_{}", word, n);
}

std::string attribute(std::string_view text) {
    std::string out = base::replace_all(text, "&", "&amp;");
    return base::replace_all(out, "\"", "&quot;");
}

void block(std::string& out, const std::string& tag, std::string_view name, const std::string& who,
           const std::string& text) {
    if (!out.empty()) out += "\n\n";
    out += base::format("<{} {}=\"{}\">\n{}{}</{}>", tag, name, attribute(who), text,
                        text.ends_with('\n') ? "" : "\n", tag);
}

} // namespace

std::string input_text(const std::map<std::string, std::string>& input,
                       const std::vector<HandedOver>& handed_over) {
    std::vector<std::string_view> texts;
    for (const auto& [key, value] : input)
        texts.push_back(value);
    for (const HandedOver& h : handed_over)
        texts.push_back(h.text);
    const std::string input_tag = free_tag("input", texts);
    const std::string hand_off_tag = free_tag("hand_off", texts);
    std::string out;
    for (const auto& [key, value] : input) {
        if (!base::trim(value).empty()) block(out, input_tag, "name", key, value);
    }
    for (const HandedOver& h : handed_over)
        block(out, hand_off_tag, "from", h.from, h.text);
    return out.empty() ? std::string(no_input) : out;
}

std::string reports_text(const std::vector<HandedOver>& reports) {
    std::vector<std::string_view> texts;
    for (const HandedOver& report : reports)
        texts.push_back(report.text);
    const std::string tag = free_tag("report", texts);
    std::string out;
    for (const HandedOver& report : reports)
        block(out, tag, "from", report.from, report.text);
    return out;
}

std::string delimited(std::string_view tag, std::string_view text) {
    const std::string free = free_tag(tag, {text});
    return base::format("<{}>\n{}{}</{}>", free, text, text.ends_with('\n') ? "" : "\n", free);
}

std::vector<std::string> answer_problems(const schema::Tree& output_schema, std::string_view answer) {
    const auto json = resource::json_in(answer);
    if (json) return resource::violations(output_schema, schema::parse_json(*json).tree, most_problems);
    return {"it is not a JSON document"};
}

std::string contract_request(const std::vector<std::string>& tools, const std::vector<std::string>& markers) {
    std::string out = "The task is not done yet.\n";
    if (!tools.empty()) out += base::format("Call these tools first: {}\n", base::join(tools, ", "));
    if (!markers.empty()) out += "The final answer must contain each of these texts, exactly as it stands:\n";
    for (const std::string& marker : markers)
        out += marker + "\n";
    return out + "Go on.";
}

std::string repair_request(const std::vector<std::string>& problems, std::string_view output_schema) {
    std::string out = "That answer does not follow the JSON Schema it has to follow:\n";
    for (const std::string& problem : problems)
        out += base::format("- {}\n", problem);
    // Some servers take a schema without a word and never show it to the model.
    return out + base::format("The schema:\n{}\nAnswer again with the whole JSON document and nothing else.",
                              output_schema);
}

} // namespace run
