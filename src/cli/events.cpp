// orloj events: what happened in the store, resource by resource and run by run, also while it happens.
#include <algorithm>

#include "base/text.hpp"
#include "cli/follow.hpp"
#include "cli/format.hpp"
#include "cli/since.hpp"
#include "cli/stopping.hpp"
#include "store/timeline.hpp"

namespace cli {

namespace {

constexpr std::size_t piece = 1U << 16U; // bytes that are written at once

std::string sentence_of(const store::Happening& h) {
    if (h.event) return trace::sentence(*h.event);
    return h.type == "resource.deleted" || !h.type.starts_with("resource.")
               ? std::string()
               : base::format("generation {}", h.generation);
}

std::string object_of(const store::Happening& h, bool namespaces) {
    const resource::Kind* kind = resource::find_kind(h.kind);
    return base::format("{}/{}{}", kind == nullptr ? std::string_view(h.kind) : kind->singular,
                        namespaces ? h.name.namespace_ + "/" : "", h.name.name);
}

std::string line_of(const store::Happening& h, bool namespaces) {
    const std::string agent = h.event && !h.event->agent.empty() ? "[" + h.event->agent + "] " : "";
    const std::string line = base::format("{} {} {} {}{}", base::rfc3339(h.time), h.type,
                                          object_of(h, namespaces), agent, sentence_of(h));
    return base::visible(base::trim(line)) + "\n";
}

std::string json_of(const store::Happening& h) {
    base::JsonWriter out;
    out.begin_object().member("apiVersion", "orloj.dev/v1").member("time", base::rfc3339(h.time));
    out.member("type", h.type).member("kind", h.kind).member("name", h.name.name);
    out.member("namespace", h.name.namespace_);
    if (const std::string message = sentence_of(h); !message.empty()) out.member("message", message);
    if (h.event)
        out.key("data").raw(trace::event_json(*h.event));
    else if (h.generation > 0)
        out.key("data").begin_object().member("generation", h.generation).end_object();
    return std::move(out.end_object()).take();
}

std::string type_named(const std::string& word) {
    std::vector<std::string> known;
    for (const std::string_view type : store::resource_happenings)
        known.emplace_back(type);
    for (const trace::EventKind& kind : trace::event_kinds())
        known.emplace_back(kind.name);
    if (std::find(known.begin(), known.end(), word) != known.end()) return word;
    const auto meant = base::nearest(word, known);
    throw base::Error(base::Fault::usage, base::format("there is no event of type \"{}\"", word))
        .hint(meant ? base::format("did you mean '{}'?", *meant) : "types: " + base::join(known, ", "));
}

std::string kind_named(const std::string& word) {
    if (const resource::Kind* kind = resource::find_kind(word)) return std::string(kind->name);
    std::vector<std::string> known;
    for (const resource::Kind& kind : resource::kinds())
        known.emplace_back(kind.name);
    const auto meant = base::nearest(word, known);
    throw base::Error(base::Fault::usage, base::format("unsupported resource \"{}\"", word))
        .hint(meant ? base::format("did you mean '{}'?", *meant)
                    : "see which kinds there are: orloj explain");
}

struct Wanted {
    store::HappeningFilter filter;
    Format format = Format::table;
    bool namespaces = false;
    bool once = false;
    bool follows = false;
    std::optional<base::Duration> timeout;
};

Wanted wanted_of(Session& session, const Arguments& arguments) {
    Wanted out;
    out.format = session.format();
    out.namespaces = arguments.has("--all-namespaces");
    if (!out.namespaces) out.filter.namespace_ = session.namespace_();
    if (const auto type = arguments.one("--type")) out.filter.type = type_named(*type);
    if (const auto kind = arguments.one("--kind")) out.filter.kind = kind_named(*kind);
    out.filter.name = arguments.one("--name").value_or("");
    if (const auto since = arguments.one("--since")) out.filter.since = since_option(session, *since);
    out.once = arguments.has("--once");
    out.follows = arguments.has("--watch") || out.once;
    out.timeout = duration_option(arguments, "--timeout");
    if (out.timeout && !out.follows)
        throw base::Error(base::Fault::usage, "--timeout says how long to watch")
            .hint("add --watch, or --once for the first event");
    if (out.follows && out.format == Format::json)
        throw base::Error(base::Fault::usage, "a list that goes on is no JSON document")
            .hint("one object a line: -o jsonl");
    return out;
}

class Events {
  public:
    Events(Session& session, const Wanted& wanted) : session_(session), wanted_(wanted) {}

    int run() {
        if (wanted_.format == Format::json)
            pending_ = "{\n  \"apiVersion\": \"orloj.dev/v1\",\n  \"items\": [";
        std::optional<Follow> follow;
        if (wanted_.follows) follow.emplace(session_);
        // What happened before is asked for with --since when somebody watches; else it is all there is.
        const bool past = !wanted_.follows || wanted_.filter.since.us > 0;
        begin(past);
        if (wanted_.format == Format::json) pending_ += count_ == 0 ? "]\n}\n" : "\n  ]\n}\n";
        flush();
        if (!follow || done()) return 0;
        return watch(*follow);
    }

  private:
    [[nodiscard]] bool done() const { return wanted_.once && count_ > 0; }

    void begin(bool past) {
        store::Connection* connection = session_.reading();
        if (connection == nullptr) return;
        timeline_.emplace(*connection, wanted_.filter);
        const store::Transaction one_state(*connection, store::Transaction::Kind::read);
        if (wanted_.follows) timeline_->begin_news();
        if (past) timeline_->past([this](const store::Happening& h) { print(h); });
    }

    int watch(Follow& follow) {
        const base::Duration began = session_.clock().active();
        for (;;) {
            std::optional<base::Duration> left;
            if (wanted_.timeout) left = *wanted_.timeout - (session_.clock().active() - began);
            switch (follow.wait(left)) {
            case Follow::Woken::changed:
                look();
                if (done()) return 0;
                break;
            case Follow::Woken::stopped:
                return Follow::leave();
            case Follow::Woken::elapsed:
                if (count_ > 0) return 0;
                throw base::Error(base::Fault::failed,
                                  base::format("events watch timed out after {} without a matching event",
                                               base::render(*wanted_.timeout)));
            }
        }
    }

    void look() {
        store::Connection* connection = session_.reading();
        if (connection == nullptr) return;
        // A database that was made meanwhile: all of it is new.
        if (!timeline_) timeline_.emplace(*connection, wanted_.filter);
        timeline_->news(session_.clock().now(), [this](const store::Happening& h) { print(h); });
        flush();
    }

    void print(const store::Happening& h) {
        if (done()) return;
        ++count_;
        if (wanted_.format == Format::json)
            pending_ += (count_ == 1 ? "\n    " : ",\n    ") + json_of(h);
        else
            pending_ += wanted_.format == Format::jsonl ? json_of(h) + "\n" : line_of(h, wanted_.namespaces);
        if (pending_.size() >= piece) flush();
    }

    void flush() {
        if (!pending_.empty()) session_.out_foreign(pending_);
        pending_.clear();
    }

    Session& session_;
    const Wanted& wanted_;
    std::optional<store::Timeline> timeline_;
    std::string pending_;
    std::size_t count_ = 0;
};

int events(Session& session, const Arguments& arguments) {
    const Wanted wanted = wanted_of(session, arguments);
    return Events(session, wanted).run();
}

} // namespace

Command events_command() {
    return {
        "events",
        "List what happened in the store, or watch it happen.",
        "Resources that were made or changed, and the events of all runs, in the order of time. Of a change\n"
        "only the last is known, of what was deleted nothing, unless it happens while --watch looks. "
        "--watch\n"
        "begins now; with --since it begins there.",
        "  orloj events --since 10m\n"
        "  orloj events --type task_end --once --timeout 5m\n"
        "  orloj events -w -A -o jsonl | jq -r .message",
        {},
        {{"--watch", 'w', "", "Go on and print what happens.", Takes::nothing},
         {"--since", 0, "TIME", "Nothing older: 10m, 2h, or 2026-01-31T12:00:00Z.", Takes::one},
         {"--type", 0, "TYPE", "Only events of this type: task_end, resource.created, ...", Takes::one},
         {"--kind", 0, "KIND", "Only of this kind; runs are Tasks.", Takes::one},
         {"--name", 0, "NAME", "Only of the resource or task of this name.", Takes::one},
         {"--once", 0, "", "Watch until the first matching event.", Takes::nothing},
         {"--timeout", 0, "TIME", "Watch no longer; fails when nothing came.", Takes::one},
         {"--all-namespaces", 'A', "", "Every namespace.", Takes::nothing}},
        events};
}

} // namespace cli
