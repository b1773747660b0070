// orloj version: what a report of a mistake should name.
#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/session.hpp"
#include "run/plan.hpp"
#include "store/schema.hpp"

#include "commit.hpp"
#include "config.hpp"

namespace cli {

namespace {

constexpr std::string_view commit = ORLOJ_COMMIT;

constexpr std::pair<std::string_view, std::string_view> libraries[] = {ORLOJ_LIBRARIES};

std::string json() {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1").member("version", ORLOJ_VERSION);
    if (!commit.empty()) out.member("commit", commit);
    out.member("engine", run::engine_version).member("schema", store::schema_version());
    out.member("compiler", ORLOJ_COMPILER).member("platform", ORLOJ_PLATFORM);
    out.key("libraries").begin_object();
    for (const auto& [name, number] : libraries)
        out.member(name, number);
    out.end_object().end_object();
    return std::move(out).take() + "\n";
}

int version(Session& session, const Arguments&) {
    session.out(session.format() == Format::json ? json() : "orloj " ORLOJ_VERSION "\n");
    return 0;
}

} // namespace

Command version_command() {
    return {
        "version",
        "Say which version this is.",
        "With -o json also the commit and the compiler it was built with, the libraries in it, and the "
        "versions of "
        "the engine and of the database's schema. libcurl is not among them: the system's is loaded when a "
        "request is made.",
        "  orloj version\n"
        "  orloj version -o json",
        {},
        {},
        version};
}

} // namespace cli
