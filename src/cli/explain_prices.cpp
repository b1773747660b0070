// orloj explain prices: the fields of the list of prices.
#include "cli/explanation.hpp"
#include "cli/topic.hpp"
#include "resource/price_list.hpp"

namespace cli {

void explain_prices(const Session& session, const Question& question) {
    // What one asks about is an entry.
    std::string path = question.path;
    const bool inside = path == "prices" || path.starts_with("prices.") || path.starts_with("prices[");
    if (!path.empty() && !inside) path = "prices." + path;
    const schema::Place place = schema::find_place(schema::type_of<resource::PriceList>(), "prices", path);
    explain_place(session, question, "prices", place, schema::explain(place, schema::Depth::through));
}

std::vector<std::string> price_fields() {
    return names_of(schema::type_of<resource::Price>().fields, [](const auto& field) { return field.name; });
}

} // namespace cli
