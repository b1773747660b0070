// orloj version.
#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/session.hpp"
#include "run/plan.hpp"
#include "store/schema.hpp"

#include "config.hpp"

namespace cli {

namespace {

int version(Session& session, const Arguments&) {
    if (session.format() == Format::json) {
        base::JsonWriter out(base::JsonWriter::Style::indented);
        out.begin_object().member("apiVersion", "orloj.dev/v1").member("version", ORLOJ_VERSION);
        out.member("engine", run::engine_version).member("schema", store::schema_version()).end_object();
        session.out(std::move(out).take() + "\n");
        return 0;
    }
    session.out("orloj " ORLOJ_VERSION "\n");
    return 0;
}

} // namespace

Command version_command() {
    return {"version", "Say which version this is.", "", "  orloj version -o json", {}, {}, version};
}

} // namespace cli
