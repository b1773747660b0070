// orloj graph: a system, or a run of one, as a picture.
#include "base/text.hpp"
#include "cli/canvas.hpp"
#include "cli/listing.hpp"
#include "cli/manifests.hpp"
#include "cli/stored_run.hpp"
#include "cli/typed_again.hpp"
#include "picture/graph_model.hpp"
#include "store/run_lock.hpp"

namespace cli {

namespace {

run::Catalog stored(Session& session) {
    return [&session](const resource::Kind& kind, const resource::Name& name) {
        store::Connection* connection = session.reading();
        return connection == nullptr ? std::nullopt : store::Resources(*connection).find(kind, name);
    };
}

/// A system as it is stored.
picture::Picture picture_of_system(Session& session, const resource::Name& name) {
    const resource::Kind& kind = resource::kind_of<resource::AgentSystemSpec>();
    const run::Catalog catalog = stored(session);
    const auto system = catalog(kind, name);
    if (!system) not_found(session, kind, name);
    return picture::picture_of(*system, catalog);
}

/// The system that a task names, when it did not run yet.
picture::Picture picture_of_plan(Session& session, const resource::Name& name) {
    const resource::Kind& kind = resource::kind_of<resource::TaskSpec>();
    const auto task = stored(session)(kind, name);
    if (!task) not_found(session, kind, name);
    picture::Picture out =
        picture_of_system(session, {name.namespace_, std::get<resource::TaskSpec>(task->spec).system});
    out.task = name.name;
    out.phase = "Pending";
    picture::Painter(out).finish(true);
    return out;
}

/// A run, with the system as it was when it started.
picture::Picture picture_of_task(Session& session, const resource::Name& name) {
    store::Connection* connection = session.reading();
    auto row = connection == nullptr ? std::nullopt : store::Runs(*connection).find(name);
    if (!row) return picture_of_plan(session, name);
    const StoredRun run(session, std::move(*row));
    const run::Catalog pins = run.catalog();
    const auto system =
        pins(resource::kind_of<resource::AgentSystemSpec>(), {name.namespace_, run.row().system});
    picture::Picture out = system ? picture::picture_of(*system, pins)
                                  : picture_of_system(session, {name.namespace_, run.row().system});
    out.task = name.name;
    const bool alive = store::run_owner(session.database_path(), run.row().id).has_value();
    out.phase = run.row().phase == "Running" && !alive ? "Interrupted" : run.row().phase;
    picture::Painter painter(out);
    store::Runs(*connection).events(run.row().id, 0, [&](const trace::Event& e) { painter.take(e); });
    painter.finish(alive);
    return out;
}

/// Systems among the files; nothing else is looked at.
std::vector<picture::Picture> pictures_of_files(Session& session, const Arguments& arguments,
                                                const std::string& name) {
    const manifest::Manifest given = read_manifests(session, arguments);
    const run::Catalog catalog = [&given](const resource::Kind& kind, const resource::Name& wanted) {
        std::optional<resource::Resource> out;
        for (const manifest::Item& item : given.items) {
            const resource::Resource& r = item.resource;
            if (&r.kind() == &kind && r.metadata.name == wanted.name &&
                r.metadata.namespace_ == wanted.namespace_)
                out = r;
        }
        return out;
    };
    std::vector<picture::Picture> out;
    std::vector<std::string> names;
    for (const manifest::Item& item : given.items) {
        if (!std::holds_alternative<resource::AgentSystemSpec>(item.resource.spec)) continue;
        names.push_back(item.resource.metadata.name);
        if (name.empty() || name == names.back()) out.push_back(picture::picture_of(item.resource, catalog));
    }
    if (!out.empty()) return out;
    if (names.empty()) throw base::Error(base::Fault::not_found, "the files hold no agent-system");
    const auto meant = base::nearest(name, names);
    throw base::Error(base::Fault::not_found, base::format("the files hold no agent-system '{}'", name))
        .hint(meant ? base::format("did you mean '{}'?", *meant) : "they hold " + base::join(names, ", "));
}

std::vector<picture::Picture> pictures_of(Session& session, const Arguments& arguments) {
    const std::vector<std::string> words = arguments.many("TARGET");
    const bool files = arguments.has("--file");
    if (words.empty() && !files)
        throw base::Error(base::Fault::usage, "TARGET is missing")
            .hint("orloj graph system/NAME, orloj graph task/NAME, or orloj graph -f FOLDER");
    const Target target = words.empty() ? Target{nullptr, ""} : parse_target(words);
    const bool system = target.kind == &resource::kind_of<resource::AgentSystemSpec>();
    if (files && (words.empty() || system)) return pictures_of_files(session, arguments, target.name);
    if (!system && target.kind != &resource::kind_of<resource::TaskSpec>()) {
        throw base::Error(base::Fault::usage, base::format("{} have no graph", target.kind->plural))
            .hint("orloj graph system/NAME, or orloj graph task/NAME");
    }
    if (files) throw base::Error(base::Fault::usage, "-f draws systems, and a task is named");
    if (target.name.empty())
        throw base::Error(base::Fault::usage, "the name is missing")
            .hint(base::format("orloj graph {}/NAME", target.kind->singular));
    const resource::Name name{session.namespace_(), target.name};
    return {system ? picture_of_system(session, name) : picture_of_task(session, name)};
}

int graph(Session& session, const Arguments& arguments) {
    const Format form = session.format();
    const std::vector<picture::Picture> pictures = pictures_of(session, arguments);
    if (pictures.size() > 1 && form != Format::text) {
        throw base::Error(base::Fault::usage, base::format("-o {} draws one system, and the files hold {}",
                                                           session.globals().output, pictures.size()))
            .hint(base::format("name it: orloj graph system/{} -f ...", shell_word(pictures.front().system)));
    }
    for (const picture::Picture& picture : pictures) {
        if (form == Format::text)
            session.out((&picture == pictures.data() ? "" : "\n") +
                        picture::graph_text(picture, canvas_of_stdout()));
        else if (form == Format::dot)
            session.out(picture::graph_dot(picture));
        else if (form == Format::mermaid)
            session.out(picture::graph_mermaid(picture));
        else
            session.out_foreign(picture::graph_json(picture));
    }
    return 0;
}

} // namespace

Command graph_command() {
    return {
        "graph",
        "Draw a system, or a run of one.",
        "Agents from top to bottom; lines part where one hands over to several and meet where one waits for\n"
        "several. Conditions, delegates and what leads back are said below an agent. For a task also how "
        "far\n"
        "each agent is, with its calls, tokens (in/out, ~ estimated) and time. -o dot, mermaid or json for\n"
        "programs. With -f from files, without a database.",
        "  orloj graph system/report-system\n"
        "  orloj graph task/hello\n"
        "  orloj graph -f examples/pipeline -o mermaid",
        {{"TARGET", "system/NAME or task/NAME.", Takes::many, false}},
        {{"--file", 'f', "PATH", "Draw the systems of a file or folder.", Takes::many}},
        graph};
}

} // namespace cli
