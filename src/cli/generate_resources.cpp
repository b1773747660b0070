// orloj-resources(5): every kind and field, from the descriptions that manifests are read with.
#include "base/text.hpp"
#include "cli/generate.hpp"
#include "cli/roff.hpp"
#include "resource/resource.hpp"
#include "schema/explain.hpp"

namespace cli {

namespace {

using schema::Explanation;

std::string remarks(const Explanation& e) {
    std::string out = e.doc;
    const auto add = [&](const std::string& sentence) { out += (out.empty() ? "" : " ") + sentence; };
    if (e.required) add("Required.");
    if (e.initial) add(base::format("Default {}.", schema::default_words(*e.initial)));
    if (e.minimum && !e.default_below_minimum) add(base::format("At least {}.", *e.minimum));
    if (!e.short_form.empty()) add(base::format("A text alone is its {}.", e.short_form));
    if (!e.aliases.empty()) add(base::format("Also written {}.", base::join(e.aliases, ", ")));
    if (!e.effect.empty()) add(e.effect);
    return out.empty() ? "See its fields." : out;
}

void add_fields(std::string& out, const std::vector<Explanation>& fields, const std::string& start) {
    for (const Explanation& field : fields) {
        out += roff::entry(roff::bold(start + field.path) + " (" + roff::escaped(field.type) + ")",
                           remarks(field));
        add_fields(out, field.fields, start);
    }
}

std::string kind_section(const resource::Kind& kind) {
    std::vector<std::string> spellings{std::string(kind.singular), std::string(kind.plural)};
    spellings.insert(spellings.end(), kind.aliases.begin(), kind.aliases.end());
    std::string out = roff::section(base::upper(kind.name));
    out += roff::filled(base::format("{}{}.", base::upper(kind.doc.substr(0, 1)), kind.doc.substr(1)));
    out += ".PP\n" + roff::filled(base::format("In commands: {}.", base::join(spellings, ", ")));
    if (!kind.without_effect.empty())
        out += ".PP\n" + roff::filled(base::format("Checked and kept; {}.", kind.without_effect));
    const schema::Place place = schema::find_place(kind.type(), kind.singular, "");
    add_fields(out, schema::explain(place, schema::Depth::through).fields, "spec.");
    return out;
}

} // namespace

std::string resources_page() {
    std::string out =
        roff::head("orloj-resources", 5, "orloj-resources", "what can be declared in manifests of orloj");
    out += roff::section("DESCRIPTION",
                         "A manifest is YAML or JSON, with one or more documents. Each document declares one "
                         "resource: its kind, its metadata, and its spec, the fields of which stand below. "
                         "`orloj explain KIND.FIELD` shows the same in a terminal, and `orloj schema` is for "
                         "editors.");
    out += ".PP\n" + roff::block({"apiVersion: orloj.dev/v1", "kind: Agent", "metadata: {name: writer}",
                                  "spec: {model_ref: openai-default, prompt: Write one sentence.}"});
    out += roff::section("METADATA");
    const schema::Type& metadata = schema::type_of<resource::Metadata>();
    add_fields(out,
               schema::explain(schema::find_place(metadata, "metadata", ""), schema::Depth::through).fields,
               "metadata.");
    for (const resource::Kind& kind : resource::kinds())
        out += kind_section(kind);
    return out + roff::see_also({"orloj.1"});
}

} // namespace cli
