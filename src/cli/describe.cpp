// orloj describe: one resource with what it uses, who uses it, and where its requests would go.
#include <algorithm>

#include "base/text.hpp"
#include "cli/listing.hpp"
#include "cli/secrets.hpp"
#include "manifest/manifest.hpp"
#include "terminal/table.hpp"

namespace cli {

using resource::Resource;

namespace {

/// One line of the head: a label and a text. Labels repeat empty for further values.
using Line = std::pair<std::string, std::string>;

std::vector<std::string> uses_of(Listing& listing, const Resource& r) {
    std::vector<std::string> out;
    for (const resource::Reference& reference : resource::references(r)) {
        const bool near = reference.target.namespace_ == r.metadata.namespace_;
        out.push_back(base::format("{}/{} ({}{})", reference.kind->singular,
                                   near ? reference.target.name : reference.target.text(), reference.path,
                                   listing.exists(reference) ? "" : ", not stored"));
    }
    return out;
}

std::vector<std::string> users_of(store::Connection& connection, const Resource& r) {
    const resource::Name name{r.metadata.namespace_, r.metadata.name};
    std::vector<std::string> out;
    for (const Use& use : all_uses(connection)) {
        if (use.reference.kind == &r.kind() && use.reference.target == name)
            out.push_back(base::format("{} ({})", use.from, use.reference.path));
    }
    return out;
}

std::string joined(const std::map<std::string, std::string>& texts) {
    std::vector<std::string> out;
    for (const auto& [key, value] : texts)
        out.push_back(base::format("{}={}", key, value));
    return base::join(out, ", ");
}

/// A request of the endpoint as it would be sent; nullopt when it cannot be built. `problem` is why AWS's
/// files do not say where to.
std::optional<http::Request> sample_request(Session& session, const run::EndpointPlan& plan,
                                            std::string& problem) {
    provider::Endpoint endpoint = plan.endpoint;
    endpoint.credential = base::SecretText("x"); // any: only the address is looked at
    try {
        endpoint.place = aws_place(session, plan, credential::Ask::offline);
    } catch (const base::Error& error) {
        problem = error.message();
        return std::nullopt;
    }
    provider::Conversation conversation;
    provider::Message message;
    message.role = provider::Role::user;
    conversation.messages.push_back(std::move(message));
    provider::Built built = plan.provider->build_request(endpoint, conversation);
    auto* request = std::get_if<http::Request>(&built);
    return request == nullptr ? std::nullopt : std::optional(std::move(*request));
}

void endpoint_lines(Session& session, const Resource& r, std::vector<Line>& out) {
    const auto& spec = std::get<resource::ModelEndpointSpec>(r.spec);
    if (provider::find_provider(spec.provider) == nullptr) return; // the status says so
    const run::EndpointPlan plan = run::plan_endpoint({r.metadata.namespace_, r.metadata.name}, spec);
    out.emplace_back("Provider", std::string(plan.provider->name));
    out.emplace_back("Model", spec.default_model);
    if (plan.provider->build_request == nullptr) {
        out.emplace_back("Requests", "none: answers without a network");
        return;
    }
    std::string problem;
    const auto request = sample_request(session, plan, problem);
    if (!problem.empty()) out.emplace_back("Requests", "none: " + problem);
    if (request)
        out.emplace_back("Requests", base::format("{} {}", request->method, http::displayed(request->url)));
    out.emplace_back("Key", credential_source(session, plan));
    const bool wide = request ? request->reach == http::Reach::private_also : plan.endpoint.allow_private;
    out.emplace_back("Reach", wide ? "public, private and loopback addresses" : "public addresses");
}

void task_lines(const Row& row, std::vector<Line>& out) {
    if (!row.run) return;
    const store::RunRow& run = *row.run;
    if (run.started) out.emplace_back("Started", base::rfc3339(*run.started));
    if (run.finished) out.emplace_back("Completed", base::rfc3339(*run.finished));
    if (!run.stopped_reason.empty()) out.emplace_back("Stopped", run.stopped_reason);
    out.emplace_back("Attempts", std::to_string(run.attempts));
    out.emplace_back("Tokens",
                     base::format("{} in, {} out, {}", run.input_tokens, run.output_tokens,
                                  base::counted(static_cast<std::size_t>(run.model_calls), "model call")));
    if (run.cost) out.emplace_back("Cost", trace::shown_cost({.cost = run.cost, .unpriced = run.unpriced}));
    if (!run.last_error.empty()) out.emplace_back("Error", run.last_error);
}

/// agent -> endpoint -> provider and model, for every agent of a system: the question routing answers.
std::string routes(Session& session, const Resource& r) {
    const auto& system = std::get<resource::AgentSystemSpec>(r.spec);
    store::Resources table(*session.reading());
    std::vector<std::vector<std::string>> rows;
    for (const std::string& name : system.agents) {
        std::vector<std::string> cells{name, "-", "-", "-"};
        if (const auto agent =
                table.find(resource::kind_of<resource::AgentSpec>(), {r.metadata.namespace_, name})) {
            cells[1] = std::get<resource::AgentSpec>(agent->spec).model_ref;
            if (const auto endpoint = table.find(resource::kind_of<resource::ModelEndpointSpec>(),
                                                 resource::parse_name(cells[1], r.metadata.namespace_))) {
                const auto& spec = std::get<resource::ModelEndpointSpec>(endpoint->spec);
                cells[2] = spec.provider;
                cells[3] = spec.default_model;
            }
        }
        rows.push_back(std::move(cells));
    }
    return "\nRoutes:\n" + terminal::render_table({"AGENT", "ENDPOINT", "PROVIDER", "MODEL"}, rows,
                                                  {terminal::sheet_of_stdout().columns, false});
}

void add_all(std::vector<Line>& out, std::string_view label, const std::vector<std::string>& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
        out.emplace_back(i == 0 ? std::string(label) + ":" : "", values[i]);
}

std::string text_of(Session& session, Listing& listing, const Row& row) {
    const Resource& r = row.resource;
    const std::string status = listing.status(row);
    std::vector<Line> facts{{"Kind", std::string(r.kind().name)},
                            {"Name", r.metadata.name},
                            {"Namespace", r.metadata.namespace_},
                            {"Phase", status}};
    if (!r.metadata.labels.empty()) facts.emplace_back("Labels", joined(r.metadata.labels));
    if (!r.metadata.annotations.empty()) facts.emplace_back("Annotations", joined(r.metadata.annotations));
    if (!r.metadata.created_at.empty()) facts.emplace_back("Created", r.metadata.created_at);
    if (r.metadata.generation > 0) facts.emplace_back("Generation", std::to_string(r.metadata.generation));
    if (std::holds_alternative<resource::ModelEndpointSpec>(r.spec)) endpoint_lines(session, r, facts);
    task_lines(row, facts);
    if (!r.kind().without_effect.empty())
        facts.emplace_back("Note", "kept, but " + std::string(r.kind().without_effect));
    std::vector<Line> lines;
    for (auto& [label, value] : facts)
        lines.emplace_back(label + ":", std::move(value));
    add_all(lines, "Uses", uses_of(listing, r));
    add_all(lines, "Used by", users_of(*session.reading(), r));
    std::string out;
    for (const auto& [label, value] : lines)
        out += base::format("{:<13}{}\n", label, base::visible(value));
    if (std::holds_alternative<resource::AgentSystemSpec>(r.spec)) out += routes(session, r);
    base::JsonWriter json;
    write(json, row, status);
    return out + "\nResource:\n" + manifest::render_yaml(schema::parse_json(std::move(json).take()).tree);
}

std::string json_of(Session& session, Listing& listing, const Row& row) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1").key("resource");
    write(out, row, listing.status(row));
    const auto list = [&out](std::string_view name, const std::vector<std::string>& values) {
        out.key(name).begin_array();
        for (const std::string& value : values)
            out.string(value);
        out.end_array();
    };
    list("uses", uses_of(listing, row.resource));
    list("used_by", users_of(*session.reading(), row.resource));
    return std::move(out.end_object()).take() + "\n";
}

int describe_one(Session& session, const Arguments& arguments) {
    const Format format = session.format();
    const Target target = parse_target(arguments.many("TARGET"));
    if (target.name.empty())
        throw base::Error(base::Fault::usage, "the name is missing").hint("orloj describe KIND/NAME");
    Listing listing(session);
    const std::vector<Row> rows = listing.read(*target.kind, {}, target.name);
    if (rows.empty()) not_found(session, *target.kind, {session.namespace_(), target.name});
    if (format == Format::table) {
        session.out_foreign(text_of(session, listing, rows.front()));
        return 0;
    }
    const std::string json = json_of(session, listing, rows.front());
    session.out_foreign(format == Format::yaml ? manifest::render_yaml(schema::parse_json(json).tree) : json);
    return 0;
}

} // namespace

Command describe_command() {
    return {
        "describe",
        "Show one resource with what it uses and who uses it.",
        "For a ModelEndpoint also where its requests go and which key they would carry (never its value);\n"
        "for an AgentSystem which provider and model answers for each agent. No network.",
        "  orloj describe model-endpoint openai-default\n"
        "  orloj describe agent-system/report-system",
        {{"TARGET", "KIND/NAME, or KIND NAME.", Takes::many, true}},
        {},
        describe_one};
}

} // namespace cli
