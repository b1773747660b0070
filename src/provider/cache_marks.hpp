// Which parts of a prompt are worth marking for a provider's cache: what is the same in every request of an
// agent, and the end of a conversation that will most likely go on, so that the next request reads both.
#pragma once

#include <string_view>

#include "provider/conversation.hpp"

namespace provider {

struct CacheMarks {
    bool prefix = false; ///< tools and system prompt
    bool end = false;    ///< the last turn
};

/// How a conversation looks on the wire.
struct SentShape {
    std::string_view system;  ///< the system prompt
    bool has_answers = false; ///< the model spoke before
    bool users_turn = false;  ///< the last turn is the user's
};

CacheMarks cache_marks(const Conversation& conversation, const SentShape& sent);

} // namespace provider
