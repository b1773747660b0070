// What model calls cost. What the provider said counts, else the person's list of prices. Invariant: a cost
// that neither of them tells is not known, and never a guess.
#pragma once

#include "resource/price_list.hpp"
#include "run/state.hpp"

namespace run {

/// What the run has spent.
struct Spent {
    base::Usd cost;
    std::int64_t unknown = 0; ///< its calls that are not in that, since nobody knows what they cost
};

/// Whether calls of this provider need no network, so that nobody is paid.
bool costs_nothing(const provider::Provider& provider);

/// By the list (which may be null); nullopt where it says nothing.
std::optional<base::Usd> listed_cost(const resource::PriceList* prices, const resource::PricedCall& call,
                                     const trace::Tokens& used);
/// The same for the most that a call may read and write at this endpoint.
std::optional<base::Usd> most_cost(const resource::PriceList* prices, const EndpointPlan& planned,
                                   std::int64_t input, std::int64_t output, base::Time now);

/// Costs of calls that their events do not tell: they were made before the list had their prices.
class Unpriced {
  public:
    /// In order. Requires `prices` (which may be null) to be the same each time.
    void take(const resource::PriceList* prices, const trace::Event& event);
    /// That of a run which has used `used`, these calls among it.
    [[nodiscard]] Spent with(const trace::Tokens& used) const;

  private:
    base::Usd cost_;
    std::int64_t calls_ = 0; ///< that are in it
};

} // namespace run
