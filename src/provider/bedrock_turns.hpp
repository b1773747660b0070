// A conversation as the turns that Converse takes: user and assistant alternate and the user begins, the
// results of one turn's calls stand together in the next, and no text is blank.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "provider/bedrock_models.hpp"
#include "provider/conversation.hpp"
#include "provider/names.hpp"

namespace provider {

struct BedrockBlock {
    std::string json;    ///< a whole ContentBlock, unless it is text
    std::string text;    ///< of a text block
    bool result = false; ///< of a tool
};

struct BedrockTurn {
    std::string_view role;
    std::vector<BedrockBlock> blocks; ///< at least one
};

struct BedrockTurns {
    std::string system;
    std::vector<BedrockTurn> turns;  ///< at least one
    std::vector<std::string> called; ///< tools that were called or answered, as orloj knows them, each once
};

/// `origin`: of the thoughts that go back.
BedrockTurns bedrock_turns(const Conversation& conversation, const BedrockFamily& family,
                           const WireNames& names, const std::string& origin);

} // namespace provider
