// What every codec does alike with an answer: is it JSON, what are the tools called, how much was used.
// Invariant: the same response always gives the same Reply; ids that the provider left out are derived from
// place and content, never from chance.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "provider/provider.hpp"
#include "schema/tree.hpp"

namespace provider {

/// The JSON of a 2xx answer, or why there is none: an error status, a redirect, HTML, cut JSON, an `error`
/// inside a 200.
std::variant<schema::Tree, Refusal> json_answer(const Provider& provider, const Endpoint& endpoint,
                                                const http::Response& response);
/// Strict JSON, but half a surrogate pair becomes U+FFFD: some servers cut an answer inside a character.
schema::Parsed parse_answer(std::string_view text);
/// The same as schema::parse_json_over.
void parse_answer_over(std::string_view text, schema::Parsed& out);
/// Whether a 2xx answer says that it is none.
bool holds_error(const schema::Tree& answer);
/// Refusal{bad_response}: a 2xx answer without what the provider documents.
Refusal not_documented(const Endpoint& endpoint, const http::Response& response, std::string_view what);

/// "provider/model" as Part::origin has it.
std::string origin_of(const Provider& provider, const Endpoint& endpoint);

/// What a provider calls a reason to stop.
struct FinishWord {
    std::string_view word;
    Finish finish;
};
/// Finish::other for a word that is not among them.
Finish finish_among(std::span<const FinishWord> words, std::string_view word);

/// Adds the calls in `message.tool_calls`, as OpenAI has them and others took over. `arguments` are text or
/// JSON; `extra_content` goes back to `origin`.
void read_calls(const schema::Tree& message, const std::string& origin, Reply& reply);
/// Tells an answer that stopped to have tools called from one that was cut: when the limit ended it inside a
/// call, the input is what was there so far and looks complete, so it is moved to `text`, where arguments
/// that are not usable stand.
void settle_cut(Reply& reply);
/// A call of the tool that takes the answer (answer_schema.hpp) is the answer, the last one if there are
/// several. Beside calls of other tools it came too early.
void take_answer(const Conversation& asked, Reply& reply);
/// Maps tool names back to the conversation's and makes the ids of all calls present and different.
void settle_calls(Reply& reply, const Conversation& asked);
/// Fills what the provider did not report with bytes / 4 and says so.
void settle_usage(Reply& reply, const Conversation& asked, std::optional<std::int64_t> input,
                  std::optional<std::int64_t> output);
/// US dollars that a `usage` says the call is charged with, as gateways do: `cost` as a number (OpenRouter,
/// whose credits are dollars; LiteLLM) or as an object with `total_cost` (Perplexity). With a key of one's
/// own at OpenRouter (`is_byok`), `cost` is its fee alone, and `cost_details.upstream_inference_cost` is what
/// the provider behind it charges beside that.
std::optional<base::Usd> cost_in(const schema::Tree& usage);
/// bytes / 4 of one message.
std::int64_t estimated_tokens(const Message& message);

/// The non-negative whole number under `key`; nullopt when there is none.
std::optional<std::int64_t> count_of(const schema::Tree& tree, std::string_view key);
/// The same in a map under `outer`; 0 when there is none.
std::int64_t count_in(const schema::Tree& tree, std::string_view outer, std::string_view key);

/// Fills arguments of a call from JSON text: an object, or the text itself when it is anything else.
void set_arguments(Part& call, std::string_view text);

} // namespace provider
