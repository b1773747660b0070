// orloj diff: what applying manifests would change, as a unified diff of YAML; or what two runs did
// differently.
#include "base/line_diff.hpp"
#include "base/text.hpp"
#include "cli/manifests.hpp"
#include "cli/secrets.hpp"
#include "cli/task_diff.hpp"

namespace cli {

using resource::Resource;
using store::Applied;

namespace {

/// What the person declared, without what orloj adds. `changed` are keys of a Secret whose values differ:
/// they are masked, so a word has to say so.
std::string declared(const Resource& r, const std::vector<std::string>& changed) {
    base::JsonWriter out;
    out.begin_object().member("apiVersion", "orloj.dev/v1").member("kind", r.kind().name).key("metadata");
    resource::Metadata metadata;
    metadata.name = r.metadata.name;
    metadata.namespace_ = r.metadata.namespace_;
    metadata.labels = r.metadata.labels;
    metadata.annotations = r.metadata.annotations;
    schema::encode(out, schema::type_of<resource::Metadata>(), &metadata);
    out.key("spec");
    schema::encode(out, r.kind().type(), resource::address(r.spec));
    out.end_object();
    schema::Parsed parsed = schema::parse_json(std::move(out).take());
    for (schema::Entry& section : parsed.tree.entries) {
        if (section.key != "spec" || changed.empty()) continue;
        for (schema::Entry& field : section.value.entries) {
            for (schema::Entry& value : field.value.entries) {
                if (std::find(changed.begin(), changed.end(), value.key) != changed.end())
                    value.value.text = "*** (changed)";
            }
        }
    }
    return manifest::render_yaml(parsed.tree);
}

struct Counts {
    std::size_t by_change[3] = {0, 0, 0};
    [[nodiscard]] std::size_t of(Applied change) const { return by_change[static_cast<std::size_t>(change)]; }
};

void show(Session& session, const Resource& r, Applied change) {
    const bool fresh = change == Applied::created;
    std::string live;
    if (!fresh) {
        const auto stored =
            store::Resources(*session.reading()).find(r.kind(), {r.metadata.namespace_, r.metadata.name});
        if (stored) live = declared(*stored, {});
    }
    const std::string desired = declared(r, fresh ? std::vector<std::string>{} : changed_values(session, r));
    session.out_foreign(
        base::unified_diff(fresh ? "/dev/null" : "live/" + r.id(), "desired/" + r.id(), live, desired));
}

int compare_all(Session& session, const Arguments& arguments) {
    if (!arguments.has("--file"))
        throw base::Error(base::Fault::usage, "nothing to compare is named")
            .hint("manifests with the database: orloj diff -f PATH; two runs: orloj diff task/A task/B");
    const manifest::Manifest given = read_manifests(session, arguments);
    check_references(session, given, arguments.has("--strict"));
    Counts counts;
    for (const manifest::Item& item : given.items) {
        const Applied change = compare(session, item.resource);
        ++counts.by_change[static_cast<std::size_t>(change)];
        if (change != Applied::unchanged) show(session, item.resource, change);
    }
    session.say(base::format("diff summary: {} checked, {} create, {} update, {} unchanged",
                             given.items.size(), counts.of(Applied::created), counts.of(Applied::configured),
                             counts.of(Applied::unchanged)));
    return counts.of(Applied::unchanged) == given.items.size() ? 0 : 1;
}

/// 1 means differences here, so that trouble has to be 2 or more.
int diff(Session& session, const Arguments& arguments) {
    const std::vector<std::string> runs = arguments.many("TARGET");
    if (!runs.empty() && arguments.has("--file"))
        throw base::Error(base::Fault::usage, "-f compares manifests, and two tasks are named")
            .hint("orloj diff -f PATH, or orloj diff task/A task/B");
    try {
        return runs.empty() ? compare_all(session, arguments) : compare_runs(session, runs);
    } catch (const base::Error& error) {
        if (base::exit_code(error.fault()) != 1) throw;
        try {
            session.show(error);
        } catch (const base::Error&) {
            return 2; // nobody reads stderr
        }
        return 2;
    }
}

} // namespace

Command diff_command() {
    return {
        "diff",
        "Show what applying manifests would change, or what two runs did differently.",
        "With -f, a unified diff between what is stored and what the manifests declare. Values of secrets\n"
        "are masked; a value that differs is marked. With two tasks, their runs step by step: a table of "
        "the\n"
        "steps in which input, model, answer, tokens (in/out) or number of calls differ, then the answers "
        "as\n"
        "unified diffs. Of a fork it is said up to which event it is the same.\n"
        "Exit code 0: no difference; 1: there are some; 2: it could not be found out.",
        "  orloj diff -f agents.yaml\n"
        "  orloj diff -f manifests/ && echo up to date\n"
        "  orloj diff task/hello task/hello-again",
        {{"TARGET", "Two tasks, task/A task/B.", Takes::many, false, Means::task}},
        {{"--file", 'f', "PATH", "A file, a folder or - for standard input; may be repeated.", Takes::many},
         {"--strict", 0, "", "A reference to something that does not exist is an error.", Takes::nothing},
         {"--allow-unknown", 0, "", "Unknown fields are warnings.", Takes::nothing}},
        diff};
}

} // namespace cli
