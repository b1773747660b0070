// orloj doctor: everything a run needs, looked at one by one: the database, the key, the environment, and
// each endpoint as it answers now. Costs nothing unless --deep is given.
#include <algorithm>
#include <filesystem>

#include <unistd.h>

#include "base/json.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/prices.hpp"
#include "cli/probe.hpp"
#include "cli/secrets.hpp"
#include "cli/typed_again.hpp"
#include "http/proxy.hpp"
#include "store/schema.hpp"

namespace cli {

namespace {

enum class Mark { ok, note, warn, fail };

std::string_view word(Mark mark) {
    switch (mark) {
    case Mark::ok:
        return "ok";
    case Mark::note:
        return "note";
    case Mark::warn:
        return "warn";
    case Mark::fail:
        return "fail";
    }
    return "";
}

struct Check {
    Mark mark = Mark::ok;
    std::string name;
    std::string text;
    std::string hint;
};

std::string hints_of(const base::Error& error) {
    return base::join(error.hints(), "; ");
}

Check check_database(Session& session) {
    Check out{Mark::ok, "database", "", ""};
    try {
        store::Connection* connection = session.reading();
        if (connection == nullptr) {
            out.text = session.database_path() + " (made when something is stored)";
            return out;
        }
        std::error_code error;
        const auto size = std::filesystem::file_size(session.database_path(), error);
        out.text = base::format("{} (schema {}, {} KiB)", session.database_path(), store::schema_version(),
                                error ? 0 : (size + 1023) / 1024);
        if (const std::string damage = store::integrity_problem(*connection); !damage.empty()) {
            return {Mark::fail, "database",
                    base::format("{} is damaged: {}", session.database_path(), damage),
                    typed_again("put a backup back (orloj restore FILE), or save what can be read: orloj "
                                "recover NEW",
                                session.globals())};
        }
        if (!connection->writable()) {
            out.mark = Mark::warn;
            out.text += " can only be read";
            out.hint = "make the file and its directory writable for you, or name another file with --db";
        }
    } catch (const base::Error& error) {
        return {Mark::fail, "database", error.message(), hints_of(typed_again(error, session.globals()))};
    }
    return out;
}

Check check_key(Session& session) {
    std::int64_t sealed = 0;
    try {
        if (store::Connection* connection = session.reading())
            sealed = store::Resources(*connection).sealed_count();
    } catch (const base::Error&) {
        sealed = 0; // the database has its own line
    }
    KeyState key = key_state(session, sealed);
    return {key.usable ? Mark::ok : Mark::fail, "key", std::move(key.text), std::move(key.hint)};
}

void check_proxies(std::vector<Check>& out) {
    const http::ProxySettings settings = http::proxies_from_environment();
    const std::pair<std::string_view, const std::string&> schemes[] = {{"http", settings.http},
                                                                       {"https", settings.https}};
    for (const auto& [scheme, proxy] : schemes) {
        if (proxy.empty()) continue;
        if (!http::proxy_problem(proxy).empty())
            out.push_back({Mark::fail, "environment",
                           base::format("the proxy for {} addresses cannot be used: {}", scheme,
                                        http::proxy_problem(proxy)),
                           base::format("correct {}_proxy or all_proxy", scheme)});
        else
            out.push_back({Mark::note, "environment",
                           base::format("{} addresses are reached through the proxy '{}'{}", scheme,
                                        http::proxy_name(proxy),
                                        settings.exceptions.empty() ? "" : ", but for those in no_proxy"),
                           ""});
    }
    if (base::environment("HTTP_PROXY") && settings.http.empty())
        out.push_back({Mark::note, "environment", "HTTP_PROXY is set and not read: only http_proxy is", ""});
}

void check_certificates(std::vector<Check>& out) {
    for (const std::string name : {"SSL_CERT_FILE", "SSL_CERT_DIR"}) {
        const auto path = base::environment(name);
        if (!path) continue;
        if (::access(path->c_str(), R_OK) == 0)
            out.push_back({Mark::note, "environment",
                           base::format("{}: certificates are read from '{}'", name, *path), ""});
        else
            out.push_back(
                {Mark::fail, "environment",
                 base::format("{} names '{}', which cannot be read: {}", name, *path, base::last_error()),
                 "correct or unset " + name});
    }
}

void check_environment(const std::vector<resource::Resource>& endpoints, std::vector<Check>& out) {
    check_proxies(out);
    check_certificates(out);
    if (!base::environment("OLLAMA_HOST")) return;
    const bool local = std::any_of(endpoints.begin(), endpoints.end(), [](const resource::Resource& r) {
        const auto* row = provider::find_provider(std::get<resource::ModelEndpointSpec>(r.spec).provider);
        return row == provider::find_provider("ollama");
    });
    if (local)
        out.push_back({Mark::note, "environment",
                       "OLLAMA_HOST is set and not read: spec.base_url of an endpoint says where Ollama is",
                       ""});
}

/// Nothing where nobody keeps a list.
void check_prices(Session& session, std::vector<Check>& out) {
    const std::string path = prices_in_use();
    if (path.empty()) return;
    try {
        const resource::PriceList* prices = session.prices();
        const std::size_t count = prices == nullptr ? 0 : prices->prices.size();
        out.push_back({Mark::ok, "prices", base::format("{} ({})", path, base::counted(count, "price")), ""});
    } catch (const base::Error& error) {
        out.push_back({Mark::fail, "prices", error.message(), hints_of(error)});
    }
}

Mark mark_of(const provider::Verdict& verdict) {
    if (verdict.fails) return Mark::fail;
    switch (verdict.readiness) {
    case provider::Readiness::ready:
        return Mark::ok;
    case provider::Readiness::degraded:
    case provider::Readiness::unknown:
        return Mark::warn;
    case provider::Readiness::unauthorized:
    case provider::Readiness::unreachable:
    case provider::Readiness::misconfigured:
        return Mark::fail;
    }
    return Mark::fail;
}

struct Report {
    std::vector<Check> checks;
    std::vector<Probed> endpoints;
    bool shown_all = true; ///< --quiet: only what is wrong
    bool verbose = false;  ///< every request, not only the one that decides and those that cost
    [[nodiscard]] bool failed() const {
        return std::any_of(checks.begin(), checks.end(),
                           [](const Check& c) { return c.mark == Mark::fail; }) ||
               std::any_of(endpoints.begin(), endpoints.end(),
                           [](const Probed& p) { return mark_of(p.verdict) == Mark::fail; });
    }
};

std::size_t name_width(const Report& report) {
    std::size_t out = 0;
    for (const Check& check : report.checks)
        out = std::max(out, check.name.size());
    for (const Probed& probed : report.endpoints)
        out = std::max(out, short_name(probed.endpoint.metadata).size());
    return out;
}

std::string text_of(const Report& report) {
    std::string out;
    const std::size_t width = name_width(report);
    const std::string margin(width + 8, ' ');
    const auto line = [&](Mark mark, const std::string& name, std::string_view text) {
        out += base::format("{:<4}  {:<{}}  {}\n", word(mark), name, width, base::visible(text));
    };
    const auto below = [&](std::string_view text) { out += margin + base::visible(text) + "\n"; };
    const auto worth = [&](Mark mark) {
        return report.shown_all || mark == Mark::warn || mark == Mark::fail;
    };
    for (const Check& check : report.checks) {
        if (!worth(check.mark)) continue;
        line(check.mark, check.name, check.text);
        if (!check.hint.empty()) below("hint: " + check.hint);
    }
    for (const Probed& probed : report.endpoints) {
        const Mark mark = mark_of(probed.verdict);
        if (!worth(mark)) continue;
        line(mark, short_name(probed.endpoint.metadata),
             base::format("{}: {}", schema::name_of(probed.verdict.readiness), probed.verdict.sentence));
        for (const Asked& asked : probed.asked) {
            const bool minor = &asked != &probed.asked.front() && asked.request.starts_with("GET ");
            if (!minor || report.verbose)
                below(base::format("{} took {} ms", asked.request, asked.took.ms()));
        }
        if (!probed.verdict.hint.empty()) below("hint: " + probed.verdict.hint);
    }
    return out;
}

void write(base::JsonWriter& out, const Probed& probed) {
    const resource::Metadata& m = probed.endpoint.metadata;
    out.begin_object().member("mark", word(mark_of(probed.verdict)));
    out.member("name", m.name).member("namespace", m.namespace_).member("provider", probed.provider);
    out.member("readiness", schema::name_of(probed.verdict.readiness));
    out.member("detail", probed.verdict.sentence);
    if (!probed.verdict.hint.empty()) out.member("hint", probed.verdict.hint);
    out.member("time", base::rfc3339(probed.at)).key("asked").begin_array();
    for (const Asked& asked : probed.asked)
        out.begin_object()
            .member("request", asked.request)
            .member("duration_ms", asked.took.ms())
            .end_object();
    out.end_array().end_object();
}

std::string json_of(const Report& report) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1").member("ok", !report.failed());
    out.key("checks").begin_array();
    for (const Check& check : report.checks) {
        out.begin_object().member("mark", word(check.mark)).member("name", check.name);
        out.member("detail", check.text);
        if (!check.hint.empty()) out.member("hint", check.hint);
        out.end_object();
    }
    out.end_array().key("endpoints").begin_array();
    for (const Probed& probed : report.endpoints)
        write(out, probed);
    return std::move(out.end_array().end_object()).take() + "\n";
}

std::vector<resource::Resource> endpoints_to_ask(Session& session, const Arguments& arguments) {
    const std::vector<std::string> names = arguments.many("ENDPOINT");
    try {
        return stored_endpoints(session, names);
    } catch (const base::Error& error) {
        // The line of the database has said it.
        if (error.fault() == base::Fault::store) return {};
        throw;
    }
}

int doctor(Session& session, const Arguments& arguments) {
    const Format format = session.format();
    Report report;
    report.shown_all = !session.globals().quiet;
    report.verbose = session.globals().verbose;
    report.checks.push_back(check_database(session));
    report.checks.push_back(check_key(session));
    const std::vector<resource::Resource> endpoints = endpoints_to_ask(session, arguments);
    check_prices(session, report.checks);
    check_environment(endpoints, report.checks);
    report.endpoints = probe(session, endpoints, arguments.has("--deep") ? Look::call : Look::readiness);
    for (Probed& probed : report.endpoints) {
        if (probed.verdict.readiness == provider::Readiness::unknown && probed.verdict.hint.empty())
            probed.verdict.hint = base::format("a call tells, for a few tokens: orloj doctor {} --deep",
                                               short_name(probed.endpoint.metadata));
    }
    if (endpoints.empty() && !report.failed())
        report.checks.push_back({Mark::note, "endpoints", "there are none yet", how_to_begin()});
    session.out_foreign(format == Format::json ? json_of(report) : text_of(report));
    keep(session, report.endpoints);
    return report.failed() ? 1 : 0;
}

} // namespace

Command doctor_command() {
    return {
        "doctor",
        "Look at the database, the key and the environment, and ask every endpoint whether it is ready.",
        "Endpoints are asked at the same time, 3 seconds at most, only for what costs nothing: their lists\n"
        "of models. ready, degraded (something is not as expected), unauthorized, unreachable,\n"
        "misconfigured, or unknown where only a call could tell. What was found is shown by\n"
        "`orloj get model-endpoints` afterwards. All namespaces unless -n is given; with --quiet only\n"
        "problems. Exit code 1 when something failed: a call would fail, or the database or the key cannot\n"
        "be used.",
        "  orloj doctor\n"
        "  orloj doctor openai-default --deep\n"
        "  orloj doctor -o json | jq '.endpoints[] | select(.mark == \"fail\")'",
        {{"ENDPOINT", "Only these endpoints: NAME, or NAMESPACE/NAME.", Takes::many, false}},
        {{"--deep", 0, "", "Also make the smallest call at each endpoint. It costs a few tokens.",
          Takes::nothing}},
        doctor};
}

} // namespace cli
