// A damaged journal, or one that somebody made: a line an event or a message, tab-separated. It is refused in
// words, or it can be folded, replayed, drawn and exported; nothing crashes, and what was read is written as
// the same.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "manifest/manifest.hpp"
#include "picture/graph_model.hpp"
#include "picture/page.hpp"
#include "picture/waterfall.hpp"
#include "resource/resource.hpp"
#include "run/replay.hpp"
#include "run/state.hpp"
#include "run/transcript.hpp"
#include "telemetry/otlp.hpp"
#include "trace/timeline.hpp"

namespace {

// The run of corpus/journal: a split, a quorum, a condition, a cycle.
constexpr std::string_view resources = R"(
kind: ModelEndpoint
metadata: {name: e}
spec: {provider: mock, default_model: m, options: {answer: "once again"}}
---
kind: Agent
metadata: {name: a}
spec: {model_ref: e, prompt: "A."}
---
kind: Agent
metadata: {name: b}
spec: {model_ref: e, prompt: "B."}
---
kind: Agent
metadata: {name: c}
spec: {model_ref: e, prompt: "C."}
---
kind: Agent
metadata: {name: d}
spec: {model_ref: e, prompt: "D."}
---
kind: AgentSystem
metadata: {name: s}
spec:
  agents: [a, b, c, d]
  graph:
    a: {edges: [{to: b}, {to: c}]}
    b: {edges: [{to: d}]}
    c: {edges: [{to: d}]}
    d: {join: {mode: quorum, quorum_count: 1}, edges: [{to: a, condition: {output_contains: again}}]}
---
kind: Task
metadata: {name: t}
spec: {system: s, input: {topic: x}, max_turns: 3}
)";

void require(bool holds) {
    if (!holds) std::abort();
}

std::vector<resource::Resource> read_resources() {
    base::Diagnostics diagnostics;
    std::vector<resource::Resource> out;
    for (const auto& document : manifest::parse("a.yaml", resources, diagnostics)) {
        auto read = resource::decode(document, {"a.yaml", schema::Unknown::error, true}, {}, diagnostics);
        require(read.has_value());
        out.push_back(*std::move(read));
    }
    require(!diagnostics.has_errors());
    return out;
}

std::optional<resource::Resource> on_shelf(const resource::Kind& kind, const resource::Name& name) {
    static const std::vector<resource::Resource> all = read_resources();
    for (const resource::Resource& one : all) {
        if (&one.kind() == &kind && one.metadata.name == name.name) return one;
    }
    return std::nullopt;
}

const run::Plan& plan() {
    static const run::Plan made =
        run::make_plan(*on_shelf(resource::kind_of<resource::TaskSpec>(), {"default", "t"}), on_shelf);
    return made;
}

struct Journal {
    std::vector<trace::Event> events;
    std::vector<trace::StoredMessage> messages;
};

std::string again(const trace::EventKind& kind, const std::string& json) {
    return trace::payload_json(trace::read_payload(kind, json));
}

/// "KIND attempt agent step ms payload", or "+ hash parent role parts"; seqs without gaps, as the store sees
/// to.
Journal read(std::string_view text) {
    Journal out;
    for (const std::string_view line : base::split(text, '\n')) {
        const std::vector<std::string_view> field = base::split(line, '\t');
        if (field.size() == 5 && field[0] == "+") {
            out.messages.push_back(
                {std::string(field[1]), std::string(field[2]), std::string(field[3]), std::string(field[4])});
            continue;
        }
        const trace::EventKind* kind = trace::find_event_kind(field[0]);
        if (field.size() != 6 || kind == nullptr) continue;
        trace::Event event;
        event.seq = static_cast<std::int64_t>(out.events.size()) + 1;
        event.attempt = base::to_integer(field[1]).value_or(1);
        event.agent = field[2];
        event.step = base::to_integer(field[3]).value_or(0);
        event.time = {base::to_integer(field[4]).value_or(0)};
        event.payload = trace::read_payload(*kind, field[5]);
        // A 0 where counting begins at 1 is not written; apart from that it is read as it was.
        const std::string json = again(*kind, trace::payload_json(event.payload));
        require(again(*kind, json) == json);
        out.events.push_back(std::move(event));
    }
    return out;
}

template <typename Do>
void refused_or_done(const Do& work) {
    try {
        work();
    } catch (const base::Error& error) {
        if (error.fault() == base::Fault::store && !error.message().empty()) return;
        std::fputs(error.message().c_str(), stderr);
        std::abort();
    }
}

trace::Timeline timeline(const Journal& journal, std::optional<base::Time> until) {
    trace::TimelineMaker maker;
    for (const trace::Event& event : journal.events)
        maker.take(event);
    return std::move(maker).finish(until);
}

void look_at(const Journal& journal) {
    for (const trace::Event& event : journal.events) {
        require(!trace::sentence(event).empty());
        require(!trace::log_line(event).empty());
        require(!trace::event_json(event).empty());
    }
    refused_or_done([&] {
        run::State state;
        for (const trace::Event& event : journal.events)
            run::apply(state, plan(), event);
        (void)run::changed_pins(state, plan());
    });
    refused_or_done([&] { (void)run::replay(plan(), journal.events, journal.messages); });
    picture::PagedRun page;
    page.task = "t";
    page.namespace_ = "default";
    page.timeline = timeline(journal, std::nullopt);
    (void)picture::waterfall_text(timeline(journal, base::Time{1'000'000}), {});
    refused_or_done([&] {
        for (const trace::StoredMessage& message : journal.messages)
            page.transcript.load(message);
        page.graph = picture::picture_of(
            *on_shelf(resource::kind_of<resource::AgentSystemSpec>(), {"default", "s"}), on_shelf);
        picture::Painter painter(*page.graph);
        for (const trace::Event& event : journal.events)
            painter.take(event);
        painter.finish(false);
        telemetry::otlp({{"default", "t"}, {1}, page.timeline, &plan(), &page.transcript}, {},
                        [](const std::string&) {});
        picture::write_run_page(page, [](std::string_view) {});
    });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    if (base::invalid_utf8(text) != std::string_view::npos) return 0;       // the store reads text
    refused_or_done([&] { look_at(read(text)); });
    return 0;
}
