// orloj explain: what a field means, which type it has and what holds without it, from the descriptions that
// manifests are read with; and the topics.
#include <algorithm>

#include "base/text.hpp"
#include "cli/explanation.hpp"
#include "cli/topic.hpp"
#include "schema/document.hpp"

namespace cli {

using schema::Explanation;

namespace {

Question question_of(const Session& session, const Arguments& arguments) {
    Question out;
    out.format = session.format();
    if (arguments.has("--recursive")) out.depth = schema::Depth::through;
    const std::vector<std::string> words = arguments.many("TOPIC");
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

/// The options that are meant with the place, "" for all of them; nullopt when none are.
std::optional<std::string> options_at(const schema::Place& place) {
    const std::vector<schema::Field>& fields = schema::type_of<resource::ModelEndpointSpec>().fields;
    const bool here = std::any_of(fields.begin(), fields.end(), [&](const schema::Field& field) {
        return &field == place.around && field.name == "options";
    });
    if (!here) return std::nullopt;
    const std::string key = place.field != nullptr ? "*" : place.path.substr(place.path.rfind('.') + 1);
    return key == "*" ? "" : key;
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

void list_all(const Session& session, const Question& question) {
    if (question.format == Format::table) {
        Lines lines{{"NAME", "DOC"}};
        for (const resource::Kind& kind : resource::kinds())
            lines.emplace_back(kind.singular, kind.doc);
        for (const Topic& topic : topics())
            lines.emplace_back(topic.name, topic.doc);
        return session.out(aligned(lines));
    }
    print_json(session, [](base::JsonWriter& out) {
        out.key("items").begin_array();
        for (const resource::Kind& kind : resource::kinds()) {
            out.begin_object().member("name", kind.singular).member("kind", kind.name);
            out.member("plural", kind.plural).member("doc", kind.doc).end_object();
        }
        out.end_array().key("topics").begin_array();
        for (const Topic& topic : topics())
            out.begin_object().member("name", topic.name).member("doc", topic.doc).end_object();
        out.end_array();
    });
}

int explain(Session& session, const Arguments& arguments) {
    const Question question = question_of(session, arguments);
    if (const resource::Kind* kind = resource::find_kind(question.head)) {
        explain_kind(session, question, *kind);
    } else if (const Topic* topic = find_topic(question.head)) {
        topic->explain(session, question);
    } else if (question.head.empty() && question.path.empty()) {
        list_all(session, question);
    } else {
        std::vector<std::string> known =
            names_of(resource::kinds(), [](const auto& row) { return row.singular; });
        for (const Topic& row : topics())
            known.emplace_back(row.name);
        unknown_word("kind", question.head, known, "known: " + base::join(known, ", "));
    }
    return 0;
}

} // namespace

void unknown_word(std::string_view what, std::string_view word, const std::vector<std::string>& known,
                  std::string otherwise) {
    const auto meant = base::nearest(word, known);
    throw base::Error(base::Fault::usage, base::format("unknown {} '{}'", what, word))
        .hint(meant ? base::format("did you mean '{}'?", *meant) : std::move(otherwise));
}

void explain_place(const Session& session, const Question& question, const std::string& called,
                   const schema::Place& place, const Explanation& explanation) {
    const std::optional<std::string> options = options_at(place);
    const std::string text =
        options ? options_text(*options) : std::string(); // complains before anything is printed
    if (question.format == Format::table)
        return session.out(render(called, explanation) + (text.empty() ? "" : "\n" + text));
    print_json(session, [&](base::JsonWriter& out) {
        out.member("of", called);
        write(out, explanation);
        if (options) write_options(out, *options);
    });
}

Command explain_command() {
    return {"explain",
            "Say what a kind, a field, an event, an error code or a variable means.",
            "Without a TOPIC, all kinds and topics are listed. A kind is taken in any spelling, with the "
            "path to a\n"
            "field: agent.spec.limits, or agent spec.limits. `spec.` may be left out, and so may the keys of "
            "maps\n"
            "and the indexes of lists. Of the topics, one entry is shown by its name.",
            "  orloj explain agent.limits.max_steps\n"
            "  orloj explain errors provider\n"
            "  orloj explain agent-system.graph.join.mode\n"
            "  orloj explain task --recursive\n"
            "  orloj explain events model_call -o json",
            {{"TOPIC", "A kind or a topic, and a field or an entry of it.", Takes::many, false}},
            {{"--recursive", 0, "", "The fields of fields too.", Takes::nothing}},
            explain};
}

} // namespace cli
