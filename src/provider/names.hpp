// Names of tools and ids of calls as providers accept them. Tools are called `memory.write` or `team/search`,
// and no provider takes that; ids come from one provider and may be replayed to another. Invariant: the same
// conversation always gives the same names and ids, whatever else is offered beside them.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "provider/conversation.hpp"

namespace provider {

/// The tools of one request under their names on the wire, all different even when ASCII case is ignored.
class WireNames {
  public:
    explicit WireNames(const std::vector<ToolDefinition>& tools);
    /// The name to send. A tool that is not offered (an old call in the history) gets wire_name().
    [[nodiscard]] std::string wire(std::string_view name) const;
    /// The tool the model meant: exact first, then without regard to case. An unknown name is returned as it
    /// is, so that the model can be told.
    [[nodiscard]] std::string original(std::string_view wire) const;

  private:
    std::vector<std::pair<std::string, std::string>> pairs_; // name, wire name
};

/// What a provider accepts as the id of a call.
struct IdRule {
    std::size_t longest = 64; ///< bytes, at least 16
    bool plain = true;        ///< only A-Z a-z 0-9 _ -
    std::size_t exact = 0;    ///< not 0: exactly so many letters and digits, and nothing else (Mistral: 9)
};

/// Rewrites ids where the rule demands it, the same for a call and its result. A second call under an id that
/// was used before (some servers count from zero in every answer) gets an id of its own.
class WireIds {
  public:
    explicit WireIds(IdRule rule) : rule_(rule) {}
    /// Of the next call in the conversation.
    std::string call(std::string_view id);
    /// Of the next result; answers the calls under that id in their order.
    std::string result(std::string_view id);

  private:
    [[nodiscard]] bool fits(std::string_view id) const;
    [[nodiscard]] std::string replacement(std::string_view id, std::string_view salted) const;

    IdRule rule_;
    std::set<std::string> used_;
    struct Calls {
        std::deque<std::string> open; // not answered yet
        std::string last;
    };
    std::map<std::string, Calls, std::less<>> calls_; // by the id as given
};

} // namespace provider
