#include "cli/topic.hpp"

#include <array>

namespace cli {

namespace {

constexpr auto rows = std::to_array<Topic>({
    {"options", "the options of model endpoints", explain_options, option_names},
    {"prices", "the list of prices that costs are reckoned with", explain_prices, price_fields},
    {"events", "what the journal of a run can hold", explain_events, event_names},
    {"errors", "the words that stand as error.code in JSON", explain_errors, error_names},
    {"exit-codes", "what the exit code of a command says", explain_exit_codes, exit_code_names},
    {"environment", "the variables that are read", explain_environment, variable_names},
});

} // namespace

std::span<const Topic> topics() {
    return rows;
}

const Topic* find_topic(std::string_view word) {
    for (const Topic& row : rows) {
        if (row.name == word) return &row;
    }
    return nullptr;
}

} // namespace cli
