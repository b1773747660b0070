// Fetching a model: POST /api/pull, answered by lines of JSON. Source: Ollama's docs/api.md. Invariant: only
// a line that says "success" is one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "provider/provider.hpp"

namespace provider {

/// The request for `model`, streamed. It may take hours, and pauses between two lines are short.
Built ollama_pull_request(const Endpoint& endpoint, const std::string& model);

/// One line of the answer.
struct PullStep {
    std::string status;         ///< "pulling manifest", "pulling 8934d96d3f08", "success"
    std::int64_t total = 0;     ///< bytes of the part that is fetched; 0: not a matter of bytes
    std::int64_t completed = 0; ///< of those, what is here already: a fetch that was stopped goes on
    [[nodiscard]] bool done() const noexcept { return status == "success"; }
};
/// Refusal for {"error": ...} and for what is no line of it.
std::variant<PullStep, Refusal> pull_step(const Endpoint& endpoint, std::string_view line);
/// The refusal of an answer whose status is not 200.
Refusal pull_refusal(const Endpoint& endpoint, const std::string& model, const http::Response& response);

} // namespace provider
