#include "trace/event.hpp"

namespace trace {

void add_call(Tokens& sum, const Tokens& call) {
    sum.input += call.input;
    sum.output += call.output;
    sum.cache_read += call.cache_read;
    sum.cache_write += call.cache_write;
    sum.reasoning += call.reasoning;
    if (call.source != sum.source && (call.input > 0 || call.output > 0)) sum.source = "estimated";
    if (call.cost)
        sum.cost = sum.cost.value_or(base::Usd{}) + *call.cost;
    else
        ++sum.unpriced;
}

Tokens told(Tokens sum) {
    if (!sum.cost) sum.unpriced = 0;
    return sum;
}

std::string shown_cost(const Tokens& tokens) {
    if (!tokens.cost) return {};
    return base::shown(*tokens.cost) + (tokens.unpriced > 0 ? "+" : "");
}

} // namespace trace
