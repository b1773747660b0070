// orloj models: which models endpoints have, asked now.
#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/probe.hpp"
#include "terminal/progress_bar.hpp"
#include "terminal/table.hpp"

namespace cli {

namespace {

using provider::Model;

/// There is somebody to ask, and no list came.
bool is_silent(const Probed& endpoint) {
    return !endpoint.listed && (endpoint.asks || endpoint.verdict.fails);
}

/// A column, and what a model says in it; "" for nothing.
struct Column {
    std::string_view name;
    std::string (*cell)(const Model&);
};

std::string number(const std::optional<std::int64_t>& value) {
    return value ? std::to_string(*value) : std::string();
}

constexpr Column columns[] = {
    {"CONTEXT", [](const Model& m) { return number(m.context); }},
    {"OUTPUT", [](const Model& m) { return number(m.output); }},
    {"SIZE", [](const Model& m) { return m.size ? terminal::bytes_text(*m.size) : std::string(); }},
    {"MODIFIED", [](const Model& m) { return m.modified.substr(0, 10); }}, // the day is enough
    {"RUNS_AT", [](const Model& m) { return m.remote_host; }},
    {"CAPABILITIES", [](const Model& m) { return base::join(m.capabilities, ","); }},
};

/// Endpoints that gave the same list from the same place, shown once.
struct Group {
    std::vector<std::string> names; ///< of the endpoints
    const Probed* first;
};

/// "openai-default, openai-mini", "openai-default and 4 more": a column must not fill the line.
std::string few(const std::vector<std::string>& names) {
    if (names.size() <= 2) return base::join(names, ", ");
    return base::format("{} and {} more", names.front(), names.size() - 1);
}

std::vector<Group> groups_of(const std::vector<Probed>& endpoints) {
    std::vector<Group> out;
    for (const Probed& endpoint : endpoints) {
        if (!endpoint.listed) continue;
        const std::string name = short_name(endpoint.endpoint.metadata);
        const auto same = std::find_if(out.begin(), out.end(), [&](const Group& group) {
            return group.first->asked.front().request == endpoint.asked.front().request &&
                   names_of(group.first->models) == names_of(endpoint.models);
        });
        if (same == out.end())
            out.push_back({{name}, &endpoint});
        else
            same->names.push_back(name);
    }
    return out;
}

std::string table_of(const std::vector<Group>& groups, bool with_endpoint) {
    std::vector<const Column*> shown;
    for (const Column& column : columns) {
        const bool filled = std::any_of(groups.begin(), groups.end(), [&](const Group& group) {
            const std::vector<Model>& models = group.first->models.models;
            return std::any_of(models.begin(), models.end(),
                               [&](const Model& m) { return !column.cell(m).empty(); });
        });
        if (filled) shown.push_back(&column);
    }
    std::vector<std::string> header{"NAME"};
    if (with_endpoint) header.insert(header.begin(), "ENDPOINT");
    for (const Column* column : shown)
        header.emplace_back(column->name);
    std::vector<std::vector<std::string>> rows;
    for (const Group& group : groups) {
        for (const Model& model : group.first->models.models) {
            std::vector<std::string>& row = rows.emplace_back();
            if (with_endpoint) row.push_back(few(group.names));
            row.push_back(model.id);
            for (const Column* column : shown)
                row.push_back(column->cell(model));
        }
    }
    return terminal::render_table(header, rows, terminal::sheet_of_stdout());
}

void write(base::JsonWriter& out, const Model& model) {
    out.begin_object().member("name", model.id);
    if (model.context) out.member("context", *model.context);
    if (model.output) out.member("output", *model.output);
    if (model.size) out.member("size", *model.size);
    if (!model.modified.empty()) out.member("modified", model.modified);
    if (!model.remote_host.empty()) out.member("remote_host", model.remote_host);
    if (!model.capabilities.empty()) {
        out.key("capabilities").begin_array();
        for (const std::string& word : model.capabilities)
            out.string(word);
        out.end_array();
    }
    out.end_object();
}

std::string json_of(const std::vector<Probed>& endpoints) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1").key("endpoints").begin_array();
    for (const Probed& endpoint : endpoints) {
        const resource::Metadata& m = endpoint.endpoint.metadata;
        out.begin_object().member("name", m.name).member("namespace", m.namespace_);
        out.member("provider", endpoint.provider);
        if (is_silent(endpoint)) {
            out.key("error").begin_object();
            out.member("code", schema::name_of(endpoint.verdict.readiness));
            out.member("message", endpoint.verdict.sentence);
            if (!endpoint.verdict.hint.empty()) out.member("hint", endpoint.verdict.hint);
            out.end_object();
        }
        out.key("models").begin_array();
        for (const Model& model : endpoint.models.models)
            write(out, model);
        out.end_array().end_object();
    }
    return std::move(out.end_array().end_object()).take() + "\n";
}

void print(Session& session, Format format, const std::vector<Probed>& found) {
    const std::vector<Group> groups = groups_of(found);
    if (format == Format::json) {
        session.out_foreign(json_of(found));
    } else if (format == Format::name) {
        for (const Group& group : groups) {
            for (const Model& model : group.first->models.models)
                session.out(base::visible(model.id) + "\n");
        }
    } else if (!groups.empty()) {
        session.out(table_of(groups, found.size() > 1));
    }
}

base::Error no_answer(const Probed& endpoint) {
    base::Error error(base::Fault::provider,
                      base::format("model endpoint '{}' does not list its models: {}: {}",
                                   short_name(endpoint.endpoint.metadata),
                                   schema::name_of(endpoint.verdict.readiness), endpoint.verdict.sentence));
    if (!endpoint.verdict.hint.empty()) return std::move(error).hint(endpoint.verdict.hint);
    return error;
}

int models(Session& session, const Arguments& arguments) {
    const Format format = session.format();
    const auto named = arguments.one("ENDPOINT");
    const std::vector<resource::Resource> endpoints =
        stored_endpoints(session, named ? std::vector<std::string>{*named} : std::vector<std::string>{});
    if (endpoints.empty())
        throw base::Error(base::Fault::not_found, "there are no model endpoints").hint(how_to_begin());
    std::vector<Probed> found = probe(session, endpoints, Look::models);
    const bool asked = std::any_of(found.begin(), found.end(), [](const Probed& p) { return p.asks; });
    std::size_t silent = 0;
    for (Probed& endpoint : found) {
        auto& list = endpoint.models.models;
        std::stable_sort(list.begin(), list.end(),
                         [](const Model& a, const Model& b) { return a.id < b.id; });
        if (is_silent(endpoint)) ++silent;
        if (!endpoint.asks && !endpoint.verdict.fails && (named || !asked))
            session.say(base::format("'{}' has no list of models: {} takes any name",
                                     short_name(endpoint.endpoint.metadata), endpoint.provider));
    }
    print(session, format, found);
    const bool failed =
        silent > 0 && std::none_of(found.begin(), found.end(), [](const Probed& p) { return p.listed; });
    for (const Probed& endpoint : found) {
        if (!is_silent(endpoint)) continue;
        const base::Error error = no_answer(endpoint);
        if (failed)
            session.show(error);
        else
            session.warn(error.message());
    }
    return failed ? base::exit_code(base::Fault::provider) : 0;
}

} // namespace

Command models_command() {
    return {"models",
            "List the models that endpoints have.",
            "Asks now, all endpoints at the same time and 3 seconds at most. Only what a provider says is\n"
            "shown. All namespaces unless -n is given. An endpoint that does not answer is said on standard\n"
            "error; the exit code is 3 when none answered.",
            "  orloj models\n"
            "  orloj models openai-default -o name | grep mini\n"
            "  orloj models ollama-default -o json | jq '.endpoints[].models[].name'",
            {{"ENDPOINT", "Only this endpoint: NAME, or NAMESPACE/NAME.", Takes::one, false}},
            {},
            models};
}

} // namespace cli
