// spec.options of an Ollama endpoint, read in one place for the check, the request and the reply. Invariant:
// numbers are JSON text with the digits the person wrote.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "provider/options.hpp"

namespace provider {

struct OllamaOptions {
    std::string num_ctx; ///< always set
    std::string num_predict, temperature, top_p, top_k, seed, repeat_penalty;
    std::vector<std::string> stop;
    std::string think;      ///< JSON, "" when not set
    std::string keep_alive; ///< JSON, "" when not set
    bool allow_remote = false;
    /// Tokens of the context window, and those of it that are kept for the answer.
    [[nodiscard]] std::int64_t window() const;
    [[nodiscard]] std::int64_t reserved() const;
};

/// Complaints are the reader's.
OllamaOptions ollama_options(OptionReader& reader);

/// Whether the name says that the model runs at ollama.com: a tag "cloud" or ending in "-cloud".
bool is_cloud_model(std::string_view model);
/// Whether the endpoint is ollama.com itself, where everything is remote and the person knows.
bool is_ollama_com(const Endpoint& endpoint);

} // namespace provider
