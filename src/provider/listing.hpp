// Whether an endpoint is ready and which models it has: the questions that cost nothing, and what their
// answers mean. Pure functions, as the rest of the room; who asks is the caller's business. Invariant: every
// question is a GET that carries the key, the headers and the reach of a run's own requests, so what it finds
// out holds for runs. Sources: the providers' own references of their lists of models.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "provider/provider.hpp"

namespace provider {

/// One endpoint's questions take this long together.
constexpr base::Duration survey_limit = base::seconds(3);

/// What a list of models says about one; nothing is guessed.
struct Model {
    std::string id;
    std::optional<std::int64_t> context;   ///< tokens of its window
    std::optional<std::int64_t> output;    ///< most tokens of one answer
    std::optional<std::int64_t> size;      ///< bytes on disk
    std::string modified;                  ///< when it was made or changed, as the provider writes times
    std::vector<std::string> capabilities; ///< the provider's own words
    std::string remote_host;               ///< Ollama: who answers instead of this machine
};

struct ModelList {
    std::vector<Model> models; ///< in the provider's order
    std::string after;         ///< not "": more follow, see `next_page`. With a '/' in front it is where, in
                               ///< place of the last word of the first request's path and its query
};
/// A list, or why there is none.
struct Listed {
    std::variant<ModelList, Refusal> what;
    [[nodiscard]] const ModelList* list() const { return std::get_if<ModelList>(&what); }
    [[nodiscard]] const Refusal* refusal() const { return std::get_if<Refusal>(&what); }
};

enum class Topic {
    models,  ///< which models there are
    key,     ///< whether the key is one, where the list is public
    version, ///< of the server
    loaded,  ///< which models are in memory
};
struct Question {
    Topic topic = Topic::models;
    http::Request request;
};

/// What to ask, or why nothing can be asked. Empty for a provider without a network.
struct Survey {
    std::vector<Question> questions;
    std::optional<Refusal> refusal;
};

/// The answers to a survey.
struct Findings {
    Listed models; ///< all pages; a transport failure is the Refusal that `refusal_of` makes of it
    std::map<Topic, std::variant<http::Response, http::Failure>> others;
};

enum class Readiness {
    ready,
    degraded,      ///< calls may work, but not as the person would expect
    unauthorized,  ///< the key is missing or not taken, or the account has no credit
    unreachable,   ///< nothing answers, or only with errors of its own
    misconfigured, ///< spec has to change
    unknown,       ///< what can be asked for free does not tell
};
const schema::Type& describe(const Readiness*);

struct Verdict {
    Readiness readiness = Readiness::unknown;
    std::string sentence;  ///< why: a clause about the endpoint, "lists 3 models, 'm' among them"
    std::string hint;      ///< the next step, "" when orloj knows none
    bool fails = false;    ///< a call would fail
    bool unlisted = false; ///< degraded because the list lacks the model
};

/// Everything that readiness needs to be asked, in the order it may be shown. Checks the configuration first.
Survey survey_of(const Provider& provider, const Endpoint& endpoint);
/// Refusal for anything that is no list of models.
Listed read_models(const Provider& provider, const Endpoint& endpoint, const http::Response& response);
/// `first` asked for the models and `list` was the last answer; nullopt when that was the whole list.
std::optional<http::Request> next_page(const http::Request& first, const ModelList& list);
Verdict judge(const Provider& provider, const Endpoint& endpoint, const Findings& findings);
/// What a refusal of any request means for readiness.
Verdict verdict_of(const Refusal& refusal);

/// The smallest call that shows whether the model answers. It costs a few tokens.
Conversation smallest_conversation();
/// The endpoint as it is for that call: few tokens, not piece by piece.
Endpoint for_smallest_call(const Endpoint& endpoint);
/// What the outcome of that call makes of the verdict before it.
Verdict verdict_after_call(const Verdict& before, const Endpoint& endpoint, const Outcome& outcome);

/// Whether the list has that model under any name it is called by: without the tag ":latest", without a
/// service's variant after ':', or by an alias of dated versions.
bool lists(const ModelList& list, std::string_view model);
/// The name that was probably meant: the same family under another tag, else the nearest spelling. Tags are
/// left out of that: what most names of Ollama have in common is ":latest".
std::optional<std::string> meant_model(std::string_view wanted, const std::vector<std::string>& names);
/// Safe to print, and whole unless it is longer than any in use.
std::string shown_model(std::string_view name);
/// "a, b and 5 more", safe to print.
std::string some_of(const std::vector<std::string>& names);
std::vector<std::string> names_of(const ModelList& list);

// What the rows of providers() are made of.

/// The endpoint's chat request turned into a GET of `list_path` instead of `chat_path`.
Survey survey_beside_chat(const Provider& provider, const Endpoint& endpoint, std::string_view chat_path,
                          std::string_view list_path);
Survey openai_survey(const Endpoint& endpoint);
Survey azure_survey(const Endpoint& endpoint);
Survey compatible_survey(const Endpoint& endpoint);
Survey anthropic_survey(const Endpoint& endpoint);
Survey bedrock_survey(const Endpoint& endpoint);
Survey ollama_survey(const Endpoint& endpoint);

Listed openai_models(const Endpoint& endpoint, const http::Response& response);
Listed azure_models(const Endpoint& endpoint, const http::Response& response);
Listed compatible_models(const Endpoint& endpoint, const http::Response& response);
Listed anthropic_models(const Endpoint& endpoint, const http::Response& response);
Listed bedrock_models(const Endpoint& endpoint, const http::Response& response);
Listed ollama_models(const Endpoint& endpoint, const http::Response& response);
/// The refusal in an answer that holds no list.
Refusal no_list(const Provider& provider, const Endpoint& endpoint, const http::Response& response);

Verdict openai_verdict(const Endpoint& endpoint, const Findings& findings);
Verdict azure_verdict(const Endpoint& endpoint, const Findings& findings);
Verdict compatible_verdict(const Endpoint& endpoint, const Findings& findings);
Verdict anthropic_verdict(const Endpoint& endpoint, const Findings& findings);
Verdict bedrock_verdict(const Endpoint& endpoint, const Findings& findings);
Verdict ollama_verdict(const Endpoint& endpoint, const Findings& findings);

/// What a list that could not be had says. `promised`: the provider documents one there; others may have
/// none.
Verdict verdict_without_list(const Refusal& refusal, bool promised);
/// Ready when the list has the endpoint's model, degraded when it does not.
Verdict verdict_by_list(const Endpoint& endpoint, const ModelList& list);

} // namespace provider
