#include "cli/manifests.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/secrets.hpp"
#include "provider/provider.hpp"
#include "store/resources.hpp"

namespace cli {

using resource::Resource;

namespace {

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

/// Shows the lines that complaints about references are about; the texts are read again, since few files have
/// any.
void quote(base::Diagnostics& diagnostics) {
    std::set<std::string> files;
    for (const base::Diagnostic& d : diagnostics.all())
        files.insert(d.where.file);
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
        std::vector<std::string> names;
        for (const manifest::Item& item : given_.items) {
            if (&item.resource.kind() == reference.kind) names.push_back(item.resource.metadata.name);
        }
        if (store::Connection* connection = session_.reading()) {
            const auto more =
                store::Resources(*connection).names(*reference.kind, reference.target.namespace_);
            names.insert(names.end(), more.begin(), more.end());
        }
        const auto meant = base::nearest(reference.target.name, names);
        std::string hint = meant ? base::format("did you mean '{}'?", *meant) : std::string();
        if (!meant && reference.optional)
            hint = base::format("orloj create secret {} --stdin", reference.target.name);
        complain(
            out_, strict_, from.place(reference.path),
            base::format("{} names {} '{}', which does not exist", reference.path, reference.kind->singular,
                         reference.target.namespace_ == from.metadata.namespace_ ? reference.target.name
                                                                                 : reference.target.text()),
            std::move(hint));
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
            if (!problem.empty()) complain(out_, strict_, r.place("spec"), problem, "");
            options(r, *planned.provider);
        } catch (const base::Error& error) {
            complain(out_, strict_, r.place("spec.provider"), error.message(),
                     error.hints().empty() ? "" : error.hints().front());
        }
    }

    /// An option nobody reads would be dropped without a word.
    void options(const Resource& r, const provider::Provider& provider) {
        if (provider.options.empty()) return;
        std::vector<std::string> known(provider.options.begin(), provider.options.end());
        known.insert(known.end(), std::begin(run::engine_options), std::end(run::engine_options));
        for (const auto& [name, value] : std::get<resource::ModelEndpointSpec>(r.spec).options) {
            if (std::find(known.begin(), known.end(), name) != known.end()) continue;
            const auto meant = base::nearest(name, known);
            complain(out_, strict_, r.place("spec.options." + name),
                     base::format("spec.options.{} has no effect: the provider '{}' does not know it", name,
                                  provider.name),
                     meant ? base::format("did you mean '{}'?", *meant)
                           : "known: " + base::join(known, ", "));
        }
    }

    void graph(const Resource& r) {
        const auto* system = std::get_if<resource::AgentSystemSpec>(&r.spec);
        if (system == nullptr) return;
        const std::set<std::string> agents(system->agents.begin(), system->agents.end());
        const std::vector<std::string> names(agents.begin(), agents.end());
        for (const auto& [node, content] : system->graph) {
            if (!agents.contains(node)) {
                const auto meant = base::nearest(node, names);
                complain(out_, strict_, r.place("spec.graph." + node),
                         base::format("graph node \"{}\" is not listed in spec.agents", node),
                         meant ? base::format("did you mean '{}'?", *meant) : std::string());
            }
            for (const std::string& to : resource::successors(content)) {
                if (agents.contains(to)) continue;
                const auto meant = base::nearest(to, names);
                complain(out_, strict_, r.place("spec.graph." + node + ".edges"),
                         base::format("graph edge \"{}\" -> \"{}\" points to unknown agent", node, to),
                         meant ? base::format("did you mean '{}'?", *meant) : std::string());
            }
        }
    }

    Session& session_;
    const manifest::Manifest& given_;
    bool strict_;
    std::set<std::string> known_;
    std::map<std::string, bool> looked_up_;
    base::Diagnostics out_;
};

} // namespace

manifest::Manifest read_manifests(Session& session, const Arguments& arguments) {
    const std::vector<std::string> paths = arguments.many("--file");
    if (paths.empty()) throw base::Error(base::Fault::usage, "-f is required").hint("orloj apply -f FILE");
    manifest::Options options;
    options.namespace_ = session.globals().namespace_.value_or("");
    if (arguments.has("--allow-unknown")) options.unknown = schema::Unknown::warning;
    manifest::Manifest given = manifest::read(paths, options);
    stop_on_errors(session, given.diagnostics);
    return given;
}

void check_references(Session& session, const manifest::Manifest& given, bool strict) {
    base::Diagnostics diagnostics = References(session, given, strict).check();
    quote(diagnostics);
    stop_on_errors(session, diagnostics);
}

} // namespace cli
