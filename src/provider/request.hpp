// What every codec over HTTP does alike: where the request goes, which key it carries, and saying no before
// anything is sent. Invariant: a key is only ever in Request::secret_headers.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "provider/provider.hpp"

namespace provider {

Refusal refused(Refusal::Kind kind, std::string detail, std::string hint = {});

/// spec.base_url as a URL: without fragment, trailing slashes and a pasted endpoint ("/chat/completions",
/// "/messages", ...), with its query. nullopt when it is not an http(s) URL.
std::optional<http::Url> base_of(const Provider& provider, const Endpoint& endpoint);
/// Takes trailing slashes and a pasted endpoint off the end of a path; says which endpoint, "" when none was
/// there.
std::string_view drop_pasted_endpoint(std::string& path);
/// Whether a URL holds a word from documentation that nobody replaced: YOUR_RESOURCE_NAME, <name>, {name}.
bool holds_placeholder(std::string_view text);
/// What is wrong with spec.base_url; "" when nothing is.
std::string base_url_problem(const Provider& provider, const Endpoint& endpoint);

/// The credential without white space at its ends. Points into Endpoint::credential.
struct Key {
    std::string_view text;
    bool bearer = false; ///< given as "Bearer ..."; the word is not part of `text`
};
/// An empty key only where the provider needs none; Refusal{auth} or Refusal{configuration} otherwise.
std::variant<Key, Refusal> key_of(const Provider& provider, const Endpoint& endpoint);

/// POST of a JSON body, with what options.headers and the timeouts say. The only place where headers common
/// to all codecs are added. With Endpoint::stream the answer is asked for as `pieces`.
http::Request json_request(const Endpoint& endpoint, std::string url, std::string body,
                           std::string_view pieces = "text/event-stream");
/// The same without its body, as a GET: key, headers and reach stay.
http::Request as_get(http::Request request);
/// Adds `name: prefix key` unless the key is empty.
void add_key(http::Request& request, std::string_view name, std::string_view prefix, std::string_view key);

/// The parameters of a tool as a JSON Schema of an object.
std::string parameters_of(const ToolDefinition& tool);
/// The arguments of a call as a JSON object; anything else is wrapped as {"input": value}.
std::string object_arguments(const Part& call);

} // namespace provider
