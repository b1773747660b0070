// Ollama's own API, /api/chat. Unlike its OpenAI face it takes the size of the context window, so nothing of
// a long prompt is lost without a word. Source: Ollama's docs/api.md and the types of its Go package api.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/http.hpp"
#include "provider/provider.hpp"
#include "schema/tree.hpp"

namespace provider {

/// Where Ollama answers: spec.base_url in any form OLLAMA_HOST takes. No scheme: http; neither scheme nor
/// port: 11434; an address to listen on (0.0.0.0, [::], none) becomes this machine's own. Without trailing
/// slashes and without the path of an API ("/v1", "/api/chat", ...); a query stays. nullopt when it is no
/// such address.
std::optional<http::Url> ollama_root(const Endpoint& endpoint);
/// What of spec.base_url is not used as it is written, a sentence each that says what to write instead.
std::vector<std::string> ollama_url_notes(const Endpoint& endpoint);

/// What is wrong with the endpoint's configuration, "" when nothing is.
std::string ollama_problem(const Endpoint& endpoint);
/// `stream` is said either way, as the context window: Ollama streams on its own accord.
/// Refusal{context_length} when the prompt cannot fit it.
Built ollama_request(const Endpoint& endpoint, const Conversation& conversation);
Outcome ollama_reply(const Endpoint& endpoint, const Conversation& asked, const http::Response& response);
/// The Reply in an answer that is JSON without an `error`: one that came whole, or was put together.
Outcome ollama_answer(const Endpoint& endpoint, const Conversation& asked, const schema::Tree& answer,
                      const http::Response& response);
std::unique_ptr<StreamDecoder> ollama_decoder(const Endpoint& endpoint, const Conversation& asked);

/// POST /api/show: how long the model's context is, and whether it runs here.
std::optional<http::Request> ollama_ask_facts(const Endpoint& endpoint);
ModelFacts ollama_read_facts(const http::Response& response);

/// After Refusal{missing_model}: GET /api/tags, the models this Ollama has.
std::optional<http::Request> ollama_inquire(const Endpoint& endpoint, const Refusal& refusal);
/// Adds what that answer says: the name that was probably meant, or the names there are.
void ollama_advise(const Endpoint& endpoint, const http::Response& response, Refusal& refusal);

} // namespace provider
