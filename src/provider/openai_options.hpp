// The options of a Chat Completions request, as the text that is sent. Invariant: what is here was set by the
// person and fits the dialect; everything else is empty.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "provider/openai_chat.hpp"
#include "provider/options.hpp"

namespace provider {

struct ChatOptions {
    std::string max_tokens, temperature, top_p, seed; // JSON numbers
    std::vector<std::string> stop;
    std::string reasoning_effort, organization, project;
    std::optional<bool> parallel_tool_calls;
};

/// Complaints go to the reader.
ChatOptions read_chat_options(const ChatDialect& dialect, OptionReader& reader, std::string_view model);

} // namespace provider
