// orloj status: one look at the store. No network, and nothing is created.
#include <filesystem>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/listing.hpp"
#include "cli/secrets.hpp"
#include "store/schema.hpp"

#include "config.hpp"

namespace cli {

namespace {

struct Problem {
    std::string endpoint;
    std::string why;
};

struct Summary {
    std::int64_t bytes = 0;
    std::vector<std::pair<std::string, std::int64_t>> counts; ///< of resources, in the order of kinds()
    std::map<std::string, std::int64_t> tasks;                ///< by phase
    std::size_t endpoints = 0;
    std::vector<Problem> problems;
    std::string key;
};

Summary summarize(Session& session) {
    Summary out;
    store::Connection* connection = session.reading();
    const KeyState key =
        key_state(session, connection == nullptr ? 0 : store::Resources(*connection).sealed_count());
    out.key = key.usable ? key.text : "Error: " + key.text;
    if (connection == nullptr) return out;
    std::error_code error;
    const auto size = std::filesystem::file_size(session.database_path(), error);
    if (!error) out.bytes = static_cast<std::int64_t>(size);
    const std::map<std::string, std::int64_t> counts = store::Resources(*connection).counts();
    for (const resource::Kind& kind : resource::kinds()) {
        if (const auto it = counts.find(std::string(kind.name)); it != counts.end())
            out.counts.emplace_back(kind.plural, it->second);
    }
    Listing listing(session);
    for (const Row& row : listing.read(resource::kind_of<resource::TaskSpec>(), {}, ""))
        ++out.tasks[listing.status(row)];
    for (const Row& row : listing.read(resource::kind_of<resource::ModelEndpointSpec>(), {}, "")) {
        ++out.endpoints;
        const std::string status = listing.status(row);
        const resource::Metadata& m = row.resource.metadata;
        if (status.starts_with("Error: "))
            out.problems.push_back(
                {m.namespace_ == "default" ? m.name : m.namespace_ + "/" + m.name, status.substr(7)});
    }
    return out;
}

template <typename Counts>
std::string listed(const Counts& counts) {
    std::vector<std::string> parts;
    for (const auto& [word, n] : counts)
        parts.push_back(base::format("{} {}", word, n));
    return parts.empty() ? "none" : base::join(parts, ", ");
}

std::string text_of(Session& session, const Summary& s) {
    std::string out;
    const auto line = [&out](std::string_view label, std::string_view text) {
        out += base::format("{:<11}{}\n", label, base::visible(text));
    };
    const bool stored = session.reading() != nullptr;
    line("database", stored ? base::format("{} ({} KiB)", session.database_path(), (s.bytes + 1023) / 1024)
                            : session.database_path() + " (made when something is stored)");
    line("key", s.key);
    line("resources", listed(s.counts));
    line("tasks", listed(s.tasks));
    line("endpoints", base::format("{} ready, {} not", s.endpoints - s.problems.size(), s.problems.size()));
    for (const Problem& problem : s.problems)
        line("", base::format("{}: {}", problem.endpoint, problem.why));
    line("version", ORLOJ_VERSION);
    return out;
}

std::string json_of(Session& session, const Summary& s) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1").member("version", ORLOJ_VERSION);
    out.key("database").begin_object().member("path", session.database_path());
    out.member("exists", session.reading() != nullptr).member("bytes", s.bytes).end_object();
    out.member("key", s.key);
    out.key("resources").begin_object();
    for (const auto& [word, n] : s.counts)
        out.member(word, n);
    out.end_object().key("tasks").begin_object();
    for (const auto& [phase, n] : s.tasks)
        out.member(phase, n);
    out.end_object().key("endpoints").begin_object();
    out.member("ready", static_cast<std::int64_t>(s.endpoints - s.problems.size()));
    out.key("problems").begin_array();
    for (const Problem& problem : s.problems)
        out.begin_object().member("name", problem.endpoint).member("error", problem.why).end_object();
    return std::move(out.end_array().end_object().end_object()).take() + "\n";
}

int status(Session& session, const Arguments&) {
    const Format format = session.format();
    const Summary summary = summarize(session);
    session.out_foreign(format == Format::json ? json_of(session, summary) : text_of(session, summary));
    return 0;
}

} // namespace

Command status_command() {
    return {"status",
            "Say what the database holds and which endpoints are ready.",
            "All namespaces. Looks only at this machine: no network, and nothing is created.",
            "  orloj status\n"
            "  orloj status -o json | jq .endpoints.problems",
            {},
            {},
            status};
}

} // namespace cli
