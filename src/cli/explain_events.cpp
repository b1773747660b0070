// orloj explain events: what the journal of a run can hold.
#include <algorithm>

#include "cli/explanation.hpp"
#include "cli/topic.hpp"
#include "trace/event.hpp"

namespace cli {

void explain_events(const Session& session, const Question& question) {
    const auto rows = trace::event_kinds();
    if (!question.path.empty()) {
        const std::size_t end = std::min(question.path.find('.'), question.path.size());
        const std::string name = question.path.substr(0, end);
        const trace::EventKind* kind = trace::find_event_kind(name);
        if (kind == nullptr) {
            unknown_word("event", name, event_names(), "see: orloj explain events");
        }
        const std::string rest = question.path.substr(std::min(end + 1, question.path.size()));
        const schema::Place place = schema::find_place(kind->type(), name, rest);
        schema::Explanation found = schema::explain(place, question.depth);
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

std::vector<std::string> event_names() {
    return names_of(trace::event_kinds(), [](const auto& row) { return row.name; });
}

} // namespace cli
