#include "run/cost.hpp"

namespace run {

using namespace trace;

namespace {

template <typename Payload>
std::optional<base::Usd> known_cost(const resource::PriceList* prices, const Payload& call,
                                    std::string_view answered_by, const Tokens& used, base::Time at) {
    if (const auto cost =
            listed_cost(prices, {call.provider, call.endpoint, call.model, answered_by, at}, used))
        return cost;
    const provider::Provider* provider = provider::find_provider(call.provider);
    if (provider != nullptr && costs_nothing(*provider)) return base::Usd{};
    return std::nullopt;
}

} // namespace

bool costs_nothing(const provider::Provider& provider) {
    return provider.build_request == nullptr;
}

std::optional<base::Usd> listed_cost(const resource::PriceList* prices, const resource::PricedCall& call,
                                     const Tokens& used) {
    const resource::Price* price = prices == nullptr ? nullptr : resource::find_price(*prices, call);
    if (price == nullptr) return std::nullopt;
    return resource::cost_of(*price, {used.input, used.output, used.cache_read, used.cache_write});
}

std::optional<base::Usd> most_cost(const resource::PriceList* prices, const EndpointPlan& planned,
                                   std::int64_t input, std::int64_t output, base::Time now) {
    if (prices == nullptr) return std::nullopt;
    const resource::Price* price = resource::find_price(
        *prices, {planned.provider->name, planned.name.name, planned.endpoint.model, "", now});
    if (price == nullptr) return std::nullopt;
    return resource::most_cost_of(*price, input, output);
}

void Unpriced::take(const resource::PriceList* prices, const Event& event) {
    std::optional<base::Usd> cost;
    if (const auto* call = std::get_if<ModelCall>(&event.payload); call != nullptr && !call->usage.cost)
        cost = known_cost(prices, *call, call->answered_by, call->usage, event.time);
    if (const auto* error = std::get_if<ModelError>(&event.payload);
        error != nullptr && error->usage && !error->usage->cost)
        cost = known_cost(prices, *error, "", *error->usage, event.time);
    if (!cost) return;
    cost_ += *cost;
    ++calls_;
}

Spent Unpriced::with(const Tokens& used) const {
    return {used.cost.value_or(base::Usd{}) + cost_, used.unpriced - calls_};
}

} // namespace run
