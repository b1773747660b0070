// orloj validate: manifests are checked, and nothing is stored or sent.
#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/manifests.hpp"

namespace cli {

namespace {

void write_place(base::JsonWriter& out, const base::Location& where) {
    if (!where.file.empty()) out.member("file", where.file);
    if (where.mark.line > 0) out.member("line", std::int64_t{where.mark.line});
    if (where.mark.column > 0) out.member("column", std::int64_t{where.mark.column});
}

void write_diagnostics(base::JsonWriter& out, const base::Diagnostics& diagnostics) {
    for (const base::Diagnostic& d : diagnostics.all()) {
        out.begin_object().member("severity", d.severity == base::Severity::error ? "error" : "warning");
        write_place(out, d.where);
        out.member("message", d.message);
        if (!d.hint.empty()) out.member("hint", d.hint);
        out.end_object();
    }
}

std::string json_of(const manifest::Manifest& given, const base::Diagnostics& mentions, bool valid) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1").member("valid", valid);
    out.key("resources").begin_array();
    for (const manifest::Item& item : given.items) {
        const resource::Resource& r = item.resource;
        out.begin_object().member("kind", r.kind().name).member("namespace", r.metadata.namespace_);
        out.member("name", r.metadata.name);
        write_place(out, r.where);
        out.end_object();
    }
    out.end_array().key("diagnostics").begin_array();
    write_diagnostics(out, given.diagnostics);
    write_diagnostics(out, mentions);
    return std::move(out.end_array().end_object()).take() + "\n";
}

int validate(Session& session, const Arguments& arguments) {
    const Format format = session.format();
    const manifest::Manifest given = parse_manifests(session, arguments);
    // Mentions are looked up only when every document could be read: the one that could not be may be the
    // target.
    base::Diagnostics mentions;
    if (!given.diagnostics.has_errors()) {
        try {
            (void)session.reading();
        } catch (const base::Error& error) {
            session.say("note: only the files are looked at: " + error.message());
        }
        mentions = mentions_of(session, given, arguments.has("--strict"));
    }
    const std::size_t errors = given.diagnostics.errors() + mentions.errors();
    if (format == Format::json) {
        session.out_foreign(json_of(given, mentions, errors == 0));
        return errors == 0 ? 0 : base::exit_code(base::Fault::manifest);
    }
    session.show(given.diagnostics);
    session.show(mentions);
    if (errors > 0) {
        throw base::Error(base::Fault::manifest, base::format("{} in {}", base::counted(errors, "error"),
                                                              base::counted(given.files, "file")));
    }
    for (const manifest::Item& item : given.items) {
        session.out(
            base::format("valid {} ({})\n", item.resource.id(), base::visible(item.resource.where.file)));
    }
    if (given.items.size() > 1) {
        session.out(base::format("\n{} in {} valid\n", base::counted(given.items.size(), "resource"),
                                 base::counted(given.files, "file")));
    }
    say_without_effect(session, given);
    return 0;
}

} // namespace

Command validate_command() {
    return {
        "validate",
        "Check manifests without storing anything.",
        "Every complaint is shown at its line. A mention of something that neither the files nor the\n"
        "database hold is a warning; with --strict it is an error. No network, no keys.",
        "  orloj validate -f agents.yaml\n"
        "  orloj validate -f examples/pipeline --strict\n"
        "  orloj validate -f . -o json | jq .diagnostics",
        {},
        {{"--file", 'f', "PATH", "A file, a folder or - for standard input; may be repeated.", Takes::many},
         {"--strict", 0, "", "A reference to something that does not exist is an error.", Takes::nothing},
         {"--allow-unknown", 0, "", "Unknown fields are warnings.", Takes::nothing}},
        validate};
}

} // namespace cli
