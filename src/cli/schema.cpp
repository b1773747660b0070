// orloj schema: JSON Schema of the manifests, for editors.
#include "base/text.hpp"
#include "cli/blueprint.hpp"
#include "cli/session.hpp"
#include "resource/price_list.hpp"
#include "schema/json_schema.hpp"

namespace cli {

namespace {

constexpr std::string_view id = "urn:orloj:schema:v1";

schema::Document document_of(const resource::Kind& kind) {
    return {kind.name, kind.doc, &schema::type_of<resource::Metadata>, kind.type};
}

int print_schema(Session& session, const Arguments& arguments) {
    static_cast<void>(session.format());
    if (const auto word = arguments.one("KIND")) {
        if (*word == "prices") {
            session.out(
                schema::json_schema(schema::type_of<resource::PriceList>(), base::format("{}:prices", id)));
            return 0;
        }
        const resource::Kind& kind = *parse_target({*word}).kind;
        const schema::Document one = document_of(kind);
        session.out(schema::json_schema({&one, 1}, base::format("{}:{}", id, kind.singular)));
        return 0;
    }
    session.out(manifest_schema());
    return 0;
}

} // namespace

std::string manifest_schema() {
    std::vector<schema::Document> all;
    for (const resource::Kind& kind : resource::kinds())
        all.push_back(document_of(kind));
    return schema::json_schema(all, id);
}

Command schema_command() {
    return {
        "schema",
        "Print the JSON Schema of the manifests, for editors.",
        "KIND is a kind in any spelling, or prices, the list of prices; without it, the schema is of all\n"
        "kinds. An editor completes and checks by it when a manifest says where it is:\n"
        "  # yaml-language-server: $schema=orloj.schema.json\n"
        "Rules between fields are not in it: `orloj validate` checks all of them.",
        "  orloj schema > orloj.schema.json\n"
        "  orloj schema agent",
        {{"KIND", "A kind; all of them when absent.", Takes::one, false}},
        {},
        print_schema};
}

} // namespace cli
