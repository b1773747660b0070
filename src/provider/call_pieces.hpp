// Calls of tools that arrive in fragments, as OpenAI and those who imitate it send them: without an index,
// with an index used twice, the id or name in every fragment, the name after the arguments, ids that repeat.
// Invariant: a name or an id is never joined from pieces, arguments always are. Sources: the streams of the
// services as the OpenAI SDKs and Vercel's AI SDK tell of them.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/tree.hpp"

namespace provider {

class CallPieces {
  public:
    /// Takes one element of a delta's `tool_calls`. The tool's name when this fragment brought it, else "".
    std::string add(const schema::Tree& fragment);
    [[nodiscard]] std::size_t size() const noexcept { return calls_.size(); }
    /// The calls as a whole answer has them.
    std::vector<schema::Tree> take();

  private:
    /// Follows JSON far enough to know when an object has been closed.
    struct Closing {
        int depth = 0;
        bool in_text = false;
        bool escaped = false;
        bool closed = false; ///< the outermost object or list
        void read(std::string_view json) noexcept;
    };
    struct Call {
        std::string id, index, name, arguments;
        Closing closing;
        std::optional<schema::Tree> extra_content;
    };
    struct Fragment {
        std::string_view id, index, name;
        std::string arguments;
    };
    std::size_t place_of(const Fragment& fragment);
    [[nodiscard]] bool begins_another(const Call& call, const Fragment& fragment) const;
    std::size_t open();

    std::vector<Call> calls_;
    std::map<std::string, std::size_t, std::less<>> by_id_;
    std::map<std::string, std::size_t, std::less<>> by_index_;
};

} // namespace provider
