// orloj __export: the trace of a run that has ended, sent by a process of its own. Not shown in help.
#include "cli/interruption.hpp"
#include "cli/otlp_export.hpp"

namespace cli {

namespace {

int export_run(Session& session, const Arguments& arguments) {
    try {
        const auto target = otlp_target(arguments.one("--otlp-endpoint"));
        if (!target) return 0;
        const resource::Name name{session.namespace_(), arguments.one("TASK").value_or("")};
        const StoredRun run(session, name);
        const Interruption interruption;
        const Content content = otlp_content_wanted() ? Content::exported : Content::left_out;
        if (const std::string said = send_otlp(session, run, content, *target); !said.empty())
            session.warn(said);
    } catch (const base::Error& error) {
        session.warn(error.message());
        for (const std::string& hint : error.hints())
            session.hint(hint);
        return 1;
    }
    return 0;
}

} // namespace

Command export_command() {
    return {"__export",
            "Send the trace of a run that has ended.",
            "",
            "  orloj __export hello",
            {{"TASK", "The task's name.", Takes::one, true}},
            {otlp_endpoint_option("The collector.")},
            export_run};
}

} // namespace cli
