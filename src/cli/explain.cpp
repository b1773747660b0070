// orloj explain: what a field means, which type it has and what holds without it, from the descriptions that
// manifests are read with.
#include <algorithm>

#include "base/text.hpp"
#include "cli/explanation.hpp"
#include "cli/session.hpp"
#include "provider/option_table.hpp"
#include "schema/document.hpp"
#include "trace/event.hpp"

namespace cli {

using schema::Explanation;

namespace {

constexpr std::string_view api_version = "orloj.dev/v1";

/// What was asked for, and how it is to be answered.
struct Question {
    std::string head; ///< a kind or a topic
    std::string path;
    schema::Depth depth = schema::Depth::here;
    Format format = Format::table;
};

Question question_of(const Session& session, const Arguments& arguments) {
    Question out;
    out.format = session.format({Format::table, Format::json});
    if (arguments.has("--recursive")) out.depth = schema::Depth::through;
    const std::vector<std::string> words = arguments.many("KIND");
    if (words.empty()) return out;
    if (words.size() > 2)
        throw base::Error(base::Fault::usage, base::format("unexpected argument '{}'", words[2]));
    const std::string_view first = words.front();
    const std::size_t end = std::min(first.find_first_of(".["), first.size());
    out.head = first.substr(0, end);
    out.path = first.substr(first.substr(end).starts_with('.') ? end + 1 : end);
    if (words.size() == 2) out.path += (out.path.empty() ? "" : ".") + words[1];
    return out;
}

/// An indented object with `members` in it.
template <typename F>
void print_json(const Session& session, F members) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", api_version);
    members(out);
    out.end_object();
    session.out(std::move(out).take() + "\n");
}

template <typename Rows, typename F>
std::vector<std::string> names_of(const Rows& rows, F name) {
    std::vector<std::string> out;
    for (const auto& row : rows)
        out.emplace_back(name(row));
    return out;
}

[[noreturn]] void unknown(std::string_view what, std::string_view word, const std::vector<std::string>& known,
                          std::string otherwise) {
    const auto meant = base::nearest(word, known);
    throw base::Error(base::Fault::usage, base::format("unknown {} '{}'", what, word))
        .hint(meant ? base::format("did you mean '{}'?", *meant) : std::move(otherwise));
}

// Options of endpoints: a map of texts whose keys are known after all.

using Options = std::vector<const provider::OptionRow*>;

/// All of them, or the one with that name.
Options options_named(const std::string& name) {
    Options out;
    for (const provider::OptionRow& row : provider::option_rows()) {
        if (name.empty() || row.name == name) out.push_back(&row);
    }
    if (out.empty()) {
        const auto names = names_of(provider::option_rows(), [](const auto& row) { return row.name; });
        unknown("option", name, names, "see: orloj explain options");
    }
    return out;
}

std::string options_text(const Options& rows) {
    Lines lines;
    for (const provider::OptionRow* row : rows) {
        std::string words(row->doc);
        if (!row->default_value.empty()) words += base::format(" Default {}.", row->default_value);
        const std::vector<std::string> providers(row->providers.begin(), row->providers.end());
        if (!providers.empty()) words += base::format(" For {}.", base::join(providers, ", "));
        lines.emplace_back(base::format("  {} <{}>", row->name, provider::words_for(row->type)), words);
    }
    return "Options, all written as text:\n" + aligned(lines);
}

void write_options(base::JsonWriter& out, const Options& rows) {
    out.key("options").begin_array();
    for (const provider::OptionRow* row : rows) {
        out.begin_object().member("name", row->name).member("type", provider::words_for(row->type));
        if (!row->default_value.empty()) out.member("default", row->default_value);
        write_words(out, "providers", {row->providers.begin(), row->providers.end()});
        out.member("doc", row->doc).end_object();
    }
    out.end_array();
}

void explain_options(const Session& session, const Question& question) {
    const Options rows = options_named(question.path);
    if (question.format == Format::table)
        session.out(options_text(rows));
    else
        print_json(session, [&](base::JsonWriter& out) { write_options(out, rows); });
}

// Places in a description.

/// The options that are meant with the place: all, one, or none.
Options options_at(const schema::Place& place) {
    const std::vector<schema::Field>& fields = schema::type_of<resource::ModelEndpointSpec>().fields;
    const bool here = std::any_of(fields.begin(), fields.end(), [&](const schema::Field& field) {
        return &field == place.around && field.name == "options";
    });
    if (!here) return {};
    const std::string key = place.field != nullptr ? "*" : place.path.substr(place.path.rfind('.') + 1);
    return options_named(key == "*" ? "" : key);
}

void explain_place(const Session& session, const Question& question, const std::string& called,
                   const schema::Place& place, const Explanation& explanation) {
    const Options options = options_at(place);
    if (question.format == Format::table) {
        session.out(render(called, explanation));
        if (!options.empty()) session.out("\n" + options_text(options));
        return;
    }
    print_json(session, [&](base::JsonWriter& out) {
        out.member("of", called);
        write(out, explanation);
        if (!options.empty()) write_options(out, options);
    });
}

void explain_events(const Session& session, const Question& question) {
    const auto rows = trace::event_kinds();
    if (!question.path.empty()) {
        const std::size_t end = std::min(question.path.find('.'), question.path.size());
        const std::string name = question.path.substr(0, end);
        const trace::EventKind* kind = trace::find_event_kind(name);
        if (kind == nullptr) {
            unknown("event", name, names_of(rows, [](const auto& row) { return row.name; }),
                    "see: orloj explain events");
        }
        const std::string rest = question.path.substr(std::min(end + 1, question.path.size()));
        const schema::Place place = schema::find_place(kind->type(), name, rest);
        Explanation found = schema::explain(place, question.depth);
        if (rest.empty()) found.doc = kind->doc;
        return explain_place(session, question, name, place, found);
    }
    if (question.format == Format::table) {
        Lines lines{{"NAME", "DOC"}};
        for (const trace::EventKind& row : rows)
            lines.emplace_back(row.name, row.doc);
        return session.out(aligned(lines));
    }
    print_json(session, [&](base::JsonWriter& out) {
        out.key("items").begin_array();
        for (const trace::EventKind& row : rows)
            out.begin_object().member("name", row.name).member("doc", row.doc).end_object();
        out.end_array();
    });
}

/// `spec.` may be left out where the document itself has no such field.
std::string whole_path(const schema::Type& spec, const schema::Type& document, const std::string& path) {
    const std::string_view first = std::string_view(path).substr(0, path.find_first_of(".["));
    const auto has = [&](const schema::Type& type) {
        return std::any_of(type.fields.begin(), type.fields.end(), [&](const schema::Field& f) {
            return f.name == first || std::find(f.aliases.begin(), f.aliases.end(), first) != f.aliases.end();
        });
    };
    return path.empty() || has(document) || (!has(spec) && first.empty()) ? path : "spec." + path;
}

void explain_kind(const Session& session, const Question& question, const resource::Kind& kind) {
    const schema::Type document =
        schema::document_type({kind.name, kind.doc, &schema::type_of<resource::Metadata>, kind.type});
    const std::string called(kind.singular);
    const schema::Place place =
        schema::find_place(document, called, whole_path(kind.type(), document, question.path));
    Explanation found = schema::explain(place, question.depth);
    if (place.path.empty() && question.depth == schema::Depth::here) {
        // What one wants to see of a kind is its spec.
        for (Explanation& field : found.fields) {
            if (field.path == "spec")
                field.fields =
                    schema::explain(schema::find_place(document, called, "spec"), schema::Depth::here).fields;
        }
    }
    explain_place(session, question, called, place, found);
}

void list_kinds(const Session& session, const Question& question) {
    if (question.format == Format::table) {
        Lines lines{{"NAME", "DOC"}};
        for (const resource::Kind& kind : resource::kinds())
            lines.emplace_back(kind.singular, kind.doc);
        return session.out(aligned(lines));
    }
    print_json(session, [](base::JsonWriter& out) {
        out.key("items").begin_array();
        for (const resource::Kind& kind : resource::kinds()) {
            out.begin_object().member("name", kind.singular).member("kind", kind.name);
            out.member("plural", kind.plural).member("doc", kind.doc).end_object();
        }
        out.end_array();
    });
}

int explain(Session& session, const Arguments& arguments) {
    const Question question = question_of(session, arguments);
    if (const resource::Kind* kind = resource::find_kind(question.head)) {
        explain_kind(session, question, *kind);
    } else if (question.head == "options") {
        explain_options(session, question);
    } else if (question.head == "events") {
        explain_events(session, question);
    } else if (question.head.empty() && question.path.empty()) {
        list_kinds(session, question);
    } else {
        std::vector<std::string> known =
            names_of(resource::kinds(), [](const auto& row) { return row.singular; });
        known.insert(known.end(), {"options", "events"});
        unknown("kind", question.head, known, "known: " + base::join(known, ", "));
    }
    return 0;
}

} // namespace

Command explain_command() {
    return {
        "explain",
        "Say what a kind or a field of it means.",
        "KIND is a kind in any spelling, with the path to a field: agent.spec.limits, or agent spec.limits.\n"
        "`spec.` may be left out, and so may the keys of maps and the indexes of lists. Without a kind, all\n"
        "kinds are listed. `explain options` lists the options of model endpoints, `explain events` what a\n"
        "journal holds.",
        "  orloj explain agent\n"
        "  orloj explain agent.limits.max_steps\n"
        "  orloj explain agent-system.graph.join.mode\n"
        "  orloj explain task --recursive",
        {{"KIND", "A kind, and the path to a field.", Takes::many, false}},
        {{"--recursive", 0, "", "The fields of fields too.", Takes::nothing}},
        explain};
}

} // namespace cli
