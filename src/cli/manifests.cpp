#include "cli/manifests.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/secrets.hpp"
#include "provider/option_table.hpp"
#include "provider/request.hpp"
#include "store/resources.hpp"

namespace cli {

using resource::Resource;

namespace {

constexpr std::size_t most_hints = 50;              // about names that do not exist
constexpr std::size_t largest_quoted = 256U << 20U; // bytes, as large as a manifest may be

void complain(base::Diagnostics& out, bool strict, base::Location where, std::string message,
              std::string hint) {
    if (strict)
        out.error(std::move(where), std::move(message), std::move(hint));
    else
        out.warning(std::move(where), std::move(message), std::move(hint));
}

void stop_on_errors(Session& session, const base::Diagnostics& diagnostics) {
    session.show(diagnostics);
    if (!diagnostics.has_errors()) return;
    throw base::Error(base::Fault::manifest, base::format("{} in the manifests; nothing was changed",
                                                          base::counted(diagnostics.errors(), "error")));
}

/// Gives the complaints that will be shown their lines. The texts are read again, since few files have any.
/// Requires sorted ones.
void quote(base::Diagnostics& diagnostics) {
    std::vector<std::string> files;
    for (const base::Diagnostic& d : diagnostics.all()) {
        if (files.empty() || files.back() != d.where.file) files.push_back(d.where.file);
        if (files.size() == Session::most_shown) break;
    }
    for (const std::string& file : files) {
        std::error_code error;
        if (!std::filesystem::is_regular_file(file, error)) continue; // standard input is gone
        diagnostics.quote(file, base::read_file(file, largest_quoted));
    }
}

class References {
  public:
    References(Session& session, const manifest::Manifest& given, bool strict)
        : session_(session), given_(given), strict_(strict) {
        for (const manifest::Item& item : given.items)
            known_.insert(key(item.resource.kind(), name_of(item.resource)));
    }

    base::Diagnostics check() {
        for (const manifest::Item& item : given_.items) {
            for (const resource::Reference& reference : resource::references(item.resource))
                mention(item.resource, reference);
            endpoint(item.resource);
            graph(item.resource);
        }
        out_.sort();
        return std::move(out_);
    }

  private:
    static resource::Name name_of(const Resource& r) { return {r.metadata.namespace_, r.metadata.name}; }
    static std::string key(const resource::Kind& kind, const resource::Name& name) {
        return std::string(kind.name) + " " + name.text();
    }

    bool stored(const resource::Kind& kind, const resource::Name& name) {
        store::Connection* connection = session_.reading();
        if (connection == nullptr) return false;
        const auto [it, fresh] = looked_up_.try_emplace(key(kind, name), false);
        if (fresh) it->second = store::Resources(*connection).find(kind, name).has_value();
        return it->second;
    }

    void mention(const Resource& from, const resource::Reference& reference) {
        if (known_.contains(key(*reference.kind, reference.target)) ||
            stored(*reference.kind, reference.target))
            return;
        if (reference.optional && from_environment(from)) return;
        const bool near = reference.target.namespace_ == from.metadata.namespace_;
        complain(out_, strict_, from.place(reference.path),
                 base::format("{} names {} '{}', which does not exist", reference.path,
                              reference.kind->singular,
                              near ? reference.target.name : reference.target.text()),
                 hint_for(reference));
    }

    const std::vector<std::string>& stored_names(const resource::Kind& kind, const std::string& namespace_) {
        const auto [it, fresh] = stored_names_.try_emplace({&kind, namespace_});
        if (store::Connection* connection = session_.reading(); fresh && connection != nullptr)
            it->second = store::Resources(*connection).names(kind, namespace_);
        return it->second;
    }

    std::string hint_for(const resource::Reference& reference) {
        if (++hints_ > most_hints) return {}; // each looks at every name
        std::vector<std::string> names;
        for (const manifest::Item& item : given_.items) {
            const resource::Metadata& m = item.resource.metadata;
            if (&item.resource.kind() != reference.kind) continue;
            if (m.namespace_ == reference.target.namespace_)
                names.push_back(m.name);
            else if (m.name == reference.target.name)
                return base::format("there is one in namespace '{}'", m.namespace_);
        }
        const std::vector<std::string>& more = stored_names(*reference.kind, reference.target.namespace_);
        names.insert(names.end(), more.begin(), more.end());
        if (const auto meant = base::nearest(reference.target.name, names))
            return base::format("did you mean '{}'?", *meant);
        return reference.optional ? secret_hint(reference.target, "value") : std::string();
    }

    /// A secretRef may be answered by the environment.
    bool from_environment(const Resource& from) {
        const auto* endpoint = std::get_if<resource::ModelEndpointSpec>(&from.spec);
        return endpoint != nullptr && endpoint_status(session_, from) == "Ready";
    }

    void endpoint(const Resource& r) {
        const auto* spec = std::get_if<resource::ModelEndpointSpec>(&r.spec);
        if (spec == nullptr) return;
        try {
            const run::EndpointPlan planned = run::plan_endpoint(name_of(r), *spec);
            const std::string problem =
                planned.provider->check == nullptr ? "" : planned.provider->check(planned.endpoint);
            if (!problem.empty()) {
                // What may be a secret is not stored either.
                const bool secret = may_show_secret(*spec, problem);
                complain(out_, strict_ || secret, place_of(r, problem), problem, "");
                if (secret) out_.withhold();
            }
            options(r, *planned.provider);
            window(r, planned);
            for (const std::string& note : provider::base_url_notes(*planned.provider, planned.endpoint)) {
                out_.warning(place_of(r, note), note);
                if (may_show_secret(*spec, note)) out_.withhold();
            }
        } catch (const base::Error& error) {
            complain(out_, strict_, r.place("spec.provider"), error.message(),
                     error.hints().empty() ? "" : error.hints().front());
        }
    }

    /// Whether the line that a problem is about may hold a secret: a password or a token in a URL, a header.
    static bool may_show_secret(const resource::ModelEndpointSpec& spec, std::string_view problem) {
        return problem.starts_with("options.headers") ||
               spec.base_url.find_first_of("@?") != std::string::npos;
    }

    /// A problem begins with the field it is about.
    static base::Location place_of(const Resource& r, std::string_view problem) {
        const std::string_view field = problem.substr(0, problem.find(' '));
        if (field.starts_with("options.")) return r.place(base::format("spec.{}", field));
        return r.place(field.starts_with("spec.") ? field : "spec");
    }

    /// An option nobody reads would be dropped without a word.
    void options(const Resource& r, const provider::Provider& provider) {
        std::vector<std::string> known;
        for (const provider::OptionRow& row : provider::option_rows()) {
            if (provider::takes(provider, row)) known.emplace_back(row.name);
        }
        for (const auto& [name, value] : std::get<resource::ModelEndpointSpec>(r.spec).options) {
            if (provider::find_option(name) != nullptr) continue; // of another provider: its check says so
            const auto meant = base::nearest(name, known);
            complain(out_, strict_, r.place("spec.options." + name),
                     base::format("spec.options.{} has no effect: the provider '{}' does not know it", name,
                                  provider.name),
                     meant ? base::format("did you mean '{}'?", *meant)
                           : "see which there are: orloj explain options");
        }
    }

    /// Ollama loads a model anew whenever a request asks for another window than the one before.
    void window(const Resource& r, const run::EndpointPlan& planned) {
        const provider::OptionRow& row = *provider::find_option("num_ctx");
        const auto url = provider::destination(*planned.provider, planned.endpoint);
        if (!provider::takes(*planned.provider, row) || !url) return;
        const auto set = planned.endpoint.options.find(std::string(row.name));
        const std::string size =
            set == planned.endpoint.options.end() ? std::string(row.default_value) : set->second;
        const std::string where = url->authority() + " " + planned.endpoint.model;
        const auto [it, fresh] = windows_.try_emplace(where, planned.name.text(), size);
        if (fresh || it->second.second == size) return;
        out_.warning(
            r.place("spec.options.num_ctx"),
            base::format("num_ctx of '{}' is {} here and {} at '{}': Ollama loads the model anew at each "
                         "change between them",
                         planned.endpoint.model, size, it->second.second, it->second.first),
            "give all endpoints of one model the same options.num_ctx");
    }

    void graph(const Resource& r) {
        const auto* system = std::get_if<resource::AgentSystemSpec>(&r.spec);
        if (system == nullptr) return;
        std::set<std::string> agents;
        for (std::size_t i = 0; i < system->agents.size(); ++i) {
            if (!agents.insert(system->agents[i]).second)
                complain(out_, strict_, r.place(base::format("spec.agents[{}]", i)),
                         base::format("agent \"{}\" is listed twice in spec.agents", system->agents[i]), "");
        }
        const std::vector<std::string> names(agents.begin(), agents.end());
        const auto unknown = [&](const std::string& from, const std::string& to, std::string_view field) {
            if (agents.contains(to)) return;
            const auto meant = base::nearest(to, names);
            complain(out_, strict_, r.place(base::format("spec.graph.{}.{}", from, field)),
                     base::format("graph edge \"{}\" -> \"{}\" points to unknown agent", from, to),
                     meant ? base::format("did you mean '{}'?", *meant) : std::string());
        };
        for (const auto& [node, content] : system->graph) {
            if (!agents.contains(node)) {
                const auto meant = base::nearest(node, names);
                complain(out_, strict_, r.place("spec.graph." + node),
                         base::format("graph node \"{}\" is not listed in spec.agents", node),
                         meant ? base::format("did you mean '{}'?", *meant) : std::string());
            }
            for (const std::string& to : resource::successors(content))
                unknown(node, to, "edges");
            for (const resource::Route& route : content.delegates)
                unknown(node, route.to, "delegates");
        }
        quorums(r, *system);
    }

    /// A quorum that cannot be reached is all there is.
    void quorums(const Resource& r, const resource::AgentSystemSpec& system) {
        std::map<std::string, std::int64_t> inputs;
        for (const auto& [node, content] : system.graph) {
            for (const std::string& to : resource::successors(content))
                ++inputs[to];
        }
        for (const auto& [node, content] : system.graph) {
            if (!content.join || content.join->mode != resource::JoinMode::quorum) continue;
            const std::int64_t wanted = content.join->quorum_count;
            if (wanted <= inputs[node]) continue;
            out_.warning(r.place(base::format("spec.graph.{}.join.quorum_count", node)),
                         base::format("quorum_count of \"{}\" is {}, but {} to it: it waits for all", node,
                                      wanted,
                                      inputs[node] == 1 ? "1 agent hands over"
                                                        : base::format("{} agents hand over", inputs[node])));
        }
    }

    Session& session_;
    const manifest::Manifest& given_;
    bool strict_;
    std::set<std::string> known_;
    std::map<std::string, bool> looked_up_;
    std::map<std::pair<const resource::Kind*, std::string>, std::vector<std::string>> stored_names_;
    std::size_t hints_ = 0;
    std::map<std::string, std::pair<std::string, std::string>>
        windows_; // server and model: endpoint, num_ctx
    base::Diagnostics out_;
};

} // namespace

manifest::Manifest parse_manifests(Session& session, const Arguments& arguments) {
    const std::vector<std::string> paths = arguments.many("--file");
    if (paths.empty()) {
        throw base::Error(base::Fault::usage, "-f is required")
            .hint("name a file, a folder or - for standard input: -f PATH");
    }
    manifest::Options options;
    options.namespace_ = session.globals().namespace_.value_or("");
    options.default_namespace = session.namespace_();
    if (arguments.has("--allow-unknown")) options.unknown = schema::Unknown::warning;
    return manifest::read(paths, options);
}

manifest::Manifest read_manifests(Session& session, const Arguments& arguments) {
    manifest::Manifest given = parse_manifests(session, arguments);
    stop_on_errors(session, given.diagnostics);
    return given;
}

base::Diagnostics mentions_of(Session& session, const manifest::Manifest& given, bool strict) {
    base::Diagnostics diagnostics = References(session, given, strict).check();
    quote(diagnostics);
    return diagnostics;
}

void check_references(Session& session, const manifest::Manifest& given, bool strict) {
    stop_on_errors(session, mentions_of(session, given, strict));
}

void say_without_effect(Session& session, const manifest::Manifest& given) {
    std::map<const resource::Kind*, std::size_t> counts;
    for (const manifest::Item& item : given.items)
        ++counts[&item.resource.kind()];
    for (const resource::Kind& kind : resource::kinds()) {
        if (kind.without_effect.empty() || !counts.contains(&kind)) continue;
        const std::size_t n = counts[&kind];
        session.say(
            base::format("note: {} {} kept, but {}", n,
                         n == 1 ? base::format("{} is", kind.singular) : base::format("{} are", kind.plural),
                         kind.without_effect));
    }
}

} // namespace cli
