// orloj explain options: a map of texts whose keys are known after all.
#include "base/text.hpp"
#include "cli/explanation.hpp"
#include "cli/topic.hpp"
#include "provider/option_table.hpp"

namespace cli {

namespace {

using Options = std::vector<const provider::OptionRow*>;

/// All of them, or the one with that name.
Options options_named(const std::string& name) {
    Options out;
    for (const provider::OptionRow& row : provider::option_rows()) {
        if (name.empty() || row.name == name) out.push_back(&row);
    }
    if (out.empty()) {
        unknown_word("option", name, option_names(), "see: orloj explain options");
    }
    return out;
}

} // namespace

std::string options_text(const std::string& name) {
    Lines lines;
    for (const provider::OptionRow* row : options_named(name)) {
        std::string words(row->doc);
        if (!row->default_value.empty()) words += base::format(" Default {}.", row->default_value);
        const std::vector<std::string> providers(row->providers.begin(), row->providers.end());
        if (!providers.empty()) words += base::format(" For {}.", base::join(providers, ", "));
        lines.emplace_back(base::format("  {} <{}>", row->name, provider::words_for(row->type)), words);
    }
    return "Options, all written as text:\n" + aligned(lines);
}

void write_options(base::JsonWriter& out, const std::string& name) {
    out.key("options").begin_array();
    for (const provider::OptionRow* row : options_named(name)) {
        out.begin_object().member("name", row->name).member("type", provider::words_for(row->type));
        if (!row->default_value.empty()) out.member("default", row->default_value);
        write_words(out, "providers", {row->providers.begin(), row->providers.end()});
        out.member("doc", row->doc).end_object();
    }
    out.end_array();
}

void explain_options(const Session& session, const Question& question) {
    if (question.format == Format::table)
        session.out(options_text(question.path));
    else
        print_json(session, [&](base::JsonWriter& out) { write_options(out, question.path); });
}

std::vector<std::string> option_names() {
    return names_of(provider::option_rows(), [](const auto& row) { return row.name; });
}

} // namespace cli
