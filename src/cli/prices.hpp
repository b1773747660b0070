// The list of prices that a person keeps: prices.yaml beside the configuration. Invariant: a list with a
// mistake in it is not used at all, so no cost is reckoned with half of one.
#pragma once

#include <optional>
#include <string>

#include "resource/price_list.hpp"

namespace cli {

class Session;

/// ORLOJ_PRICES, else $XDG_CONFIG_HOME/orloj/prices.yaml, else $HOME/.config/orloj/prices.yaml; "" when there
/// is none of them.
std::string prices_path();
/// That path, when a list is there or has to be; else "".
std::string prices_in_use();

/// nullopt when nobody keeps one, which costs one system call. Shows what is wrong, each with its place, and
/// throws Error{usage}.
std::optional<resource::PriceList> read_prices(const Session& session);

} // namespace cli
