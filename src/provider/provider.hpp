// The model providers, as data: a row of pure functions each. Nothing here opens a socket, reads a clock or
// knows where a key came from; a conversation goes in and the exact request comes out, a response goes in and
// an Outcome comes out. Vendor facts are from the providers' own documentation; each codec names its sources.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/secret.hpp"
#include "base/time.hpp"
#include "base/usd.hpp"
#include "http/http.hpp"
#include "provider/conversation.hpp"

namespace provider {

/// What a provider says of a model before it is asked anything; what is not known is as here.
struct ModelFacts {
    std::int64_t context = 0; ///< the most tokens it can be given and say together; 0: not known
    std::string remote_host;  ///< where it runs, when that is not where the endpoint is
};

/// What the person's surroundings say of a place that the endpoint's spec leaves open (AWS: environment,
/// profile, the machine's own metadata). "" where they say nothing. What spec says comes first.
struct Place {
    std::string region;
    std::string url;         ///< of the API that answers
    std::string listing_url; ///< of the API that lists models, where it is another one
    std::string ca_bundle;   ///< certificates to trust where options.ca_bundle names none
    bool fips = false;       ///< of the region's own hosts, those validated by FIPS 140
};

/// A ModelEndpoint made ready for use: defaults filled in, credential resolved.
struct Endpoint {
    std::string name; ///< "namespace/name", for messages
    std::string
        base_url; ///< as written, or the provider's default; may be empty for providers without a network
    std::string model;
    std::map<std::string, std::string> options; ///< keys in lower case
    base::SecretText credential;                ///< empty: none is sent; the request may be signed
    Place place;
    bool allow_private = false;
    bool stream = false; ///< ask for the answer piece by piece
    ModelFacts facts;
    std::set<std::string>
        dropped; ///< request parameters it refused before: left out, or sent by another name
};

struct Usage {
    std::int64_t input = 0;        ///< all prompt tokens, cached ones included
    std::int64_t output = 0;       ///< all generated tokens, reasoning included
    std::int64_t cache_read = 0;   ///< part of input
    std::int64_t cache_write = 0;  ///< part of input
    std::int64_t reasoning = 0;    ///< part of output
    bool estimated = false;        ///< the provider said nothing: bytes / 4
    std::optional<base::Usd> cost; ///< what the provider says that it charges
    [[nodiscard]] std::int64_t total() const noexcept { return input + output; }
};
const schema::Type& describe(const Usage*);

/// Why the model stopped, in one vocabulary.
enum class Finish { stop, tool_calls, length, content_filter, error, paused, other };
const schema::Type& describe(const Finish*);

struct Reply {
    Message message; ///< role assistant
    /// tool_calls whenever there are calls to make, whatever the provider's word is. When the limit cut the
    /// last call, this is `length` and that call has no `arguments`, only the text that came.
    Finish finish = Finish::stop;
    std::string raw_finish; ///< the provider's own word
    Usage usage;
    std::string model;      ///< the model that answered, as the provider says; may be empty
    std::string request_id; ///< the provider's, for a support request; may be empty
    /// What the person should know although the call succeeded: "the prompt was probably cut to ...".
    std::vector<std::string> warnings;
};

/// A typed "no". Decides retry, exit code and hint; never made from prose where a status or code exists.
struct Refusal {
    enum class Kind {
        network,        ///< no answer: refused, unresolved, broken, TLS
        forbidden,      ///< the address may not be reached (allowPrivate)
        timeout,        ///< 408, 504, or no answer in time
        rate_limit,     ///< 429 that waiting helps
        quota,          ///< billing: waiting does not help
        overloaded,     ///< 503, 529
        server,         ///< other 5xx
        auth,           ///< 401, 403
        missing_model,  ///< the model or deployment does not exist
        context_length, ///< the prompt is too long
        content_filter, ///< refused for its content
        bad_request,    ///< other 4xx
        bad_response,   ///< an answer that is not what the provider documents (HTML, cut JSON)
        configuration,  ///< orloj refused before sending: an option or header that cannot be sent as written
    };
    Kind kind = Kind::server;
    int status = 0;     ///< HTTP status, 0 when there was none
    std::string code;   ///< the provider's own code or type
    std::string detail; ///< the provider's message, one line, shortened
    std::string hint;   ///< the next step for the person; may be empty
    std::string request_id;
    std::optional<base::Duration> retry_after; ///< what the server asked for
    std::optional<bool> should_retry;          ///< x-should-retry overrides every rule
    std::string parameter; ///< the request parameter the provider rejected, if it named one
    bool via_proxy = false;
    std::optional<Usage> usage; ///< what the answer that is refused cost, when it says so
};
const schema::Type& describe(const Refusal::Kind*);

using Outcome = std::variant<Reply, Refusal>;

/// A piece of an answer for who watches it being written. What the run uses is the Reply.
struct Delta {
    enum class Kind {
        text,      ///< the visible answer
        thinking,  ///< the model's reasoning
        tool_call, ///< the name of a tool that is being called, once a call
    };
    Kind kind = Kind::text;
    std::string text;
};

/// Reads one answer as it arrives. What it says does not depend on where the bytes were cut. Owns copies of
/// all it needs.
class StreamDecoder {
  public:
    virtual ~StreamDecoder() = default;
    /// The next bytes of the body of a 2xx answer. If the server keeps to the order it documents, all texts
    /// together are the beginning of the Reply's visible text; the rest of it, if any, came too late to be
    /// shown: behind the last event that had an end.
    virtual std::vector<Delta> feed(std::string_view bytes) = 0;
    /// The body has ended. `head` is the response with an empty body; for a status outside 2xx the whole
    /// response, and nothing was fed. The outcome is that of parse_response for the same answer as a whole.
    /// A stream without its end mark is Refusal{network, "truncated"}; what an error inside the stream says
    /// is classified as an error body is. Call it once, last.
    virtual Outcome finish(const http::Response& head) = 0;
};

/// A request ready to go, or the reason why it cannot be sent as the user wrote it.
using Built = std::variant<http::Request, Refusal>;

// Whether the endpoint is ready and which models it has: listing.hpp.
struct Survey;
struct Listed;
struct Findings;
struct Verdict;

/// When credentials are needed.
enum class KeyNeed { required, optional, never };

/// The name of a tool on the wire, when no other tool's name meets it.
/// One sanitiser for all providers: [A-Za-z_][A-Za-z0-9_-]{0,63}, with a hash suffix when something changed.
std::string wire_name(std::string_view tool_name);

struct Provider {
    std::string_view name;
    std::span<const std::string_view> aliases;
    std::string_view doc;
    std::string_view default_base_url; ///< "" when there is none
    KeyNeed key = KeyNeed::required;
    /// Credentials and place come from AWS's chain, and requests without a key of their own are signed for
    /// this service; "": not AWS.
    std::string_view aws_service;
    std::string_view key_variable; ///< the vendor's documented environment variable, "" when none
    /// `key_variable` is used only for these hosts, and for those below one that starts with '.'.
    std::span<const std::string_view> own_hosts;
    bool allow_private = false;       ///< default of spec.allowPrivate
    std::int64_t max_concurrency = 0; ///< default of options.max_concurrency; 0: no limit
    /// What is wrong with the endpoint's configuration, "" when nothing is (checked without network or key).
    /// A sentence that begins with the field it is about ("spec.base_url ...", "options.stop ...") and names
    /// the endpoint.
    std::string (*check)(const Endpoint&) = nullptr;
    /// Where requests go, as hints show it; nullptr: spec.base_url without a pasted endpoint.
    std::optional<http::Url> (*address)(const Endpoint&) = nullptr;
    /// What of spec.base_url is not used as it is written; nullptr: all of it is.
    std::vector<std::string> (*notes)(const Endpoint&) = nullptr;
    /// The next step that only this provider knows, "" for the common one; nullptr: never one.
    std::string (*own_hint)(const Endpoint&, const Refusal&) = nullptr;
    /// nullptr for a provider without a network (mock).
    Built (*build_request)(const Endpoint&, const Conversation&) = nullptr;
    /// `asked` is the conversation that was sent (names of tools are mapped back with it).
    Outcome (*parse_response)(const Endpoint&, const Conversation& asked, const http::Response&) = nullptr;
    /// Reads the answer to a request that was built with Endpoint::stream; nullptr: the provider does not
    /// stream.
    std::unique_ptr<StreamDecoder> (*decoder)(const Endpoint&, const Conversation& asked) = nullptr;
    /// One question about the model, sent before its first call in a run. What it brings goes into
    /// Endpoint::facts, and no answer changes nothing. nullopt when nothing depends on it; nullptr: never.
    std::optional<http::Request> (*ask_facts)(const Endpoint&) = nullptr;
    /// Never called without `ask_facts`.
    ModelFacts (*read_facts)(const http::Response&) = nullptr;
    /// One more question that makes a refusal understandable (which models there are), sent once before the
    /// refusal is recorded; nullopt when there is nothing to ask. nullptr: never.
    std::optional<http::Request> (*inquire)(const Endpoint&, const Refusal&) = nullptr;
    /// Adds what the answer to that question says to the refusal's hint. Never called without `inquire`.
    void (*advise)(const Endpoint&, const http::Response&, Refusal&) = nullptr;
    /// The requests that cost nothing and tell whether the endpoint is ready; nullptr: there is nothing to
    /// ask. Called only when `check` has no complaint.
    Survey (*survey)(const Endpoint&) = nullptr;
    /// The models in the answer to one of them.
    Listed (*read_models)(const Endpoint&, const http::Response&) = nullptr;
    /// What all answers together mean.
    Verdict (*judge)(const Endpoint&, const Findings&) = nullptr;
    /// The answer of a provider without a network; nullptr for all others.
    Outcome (*answer)(const Endpoint&, const Conversation&) = nullptr;
};

/// All providers, in the order help shows them.
std::span<const Provider> providers();
/// By name or alias, ignoring case; nullptr when unknown. "" means openai, as in the original.
const Provider* find_provider(std::string_view name);

/// Where requests go, without a query; nullopt when the configuration does not say.
std::optional<http::Url> destination(const Provider& provider, const Endpoint& endpoint);

/// The AWS region of requests: options.region, else that of an ARN in spec.default_model, else that of an AWS
/// host in spec.base_url, else the place's; "" when nothing says, and for providers that have none.
std::string aws_region(const Provider& provider, const Endpoint& endpoint);

/// Texts of the configuration that may be secrets although they are no Secret: values of options.headers and
/// of the query of spec.base_url. They are redacted from what is written.
std::vector<std::string> plain_secrets(const Endpoint& endpoint);

/// What of spec.base_url is not used as it is written, a sentence each; nothing of it is an error.
std::vector<std::string> base_url_notes(const Provider& provider, const Endpoint& endpoint);

/// Whether the URL is https and leads to the provider's own host, the only place its key_variable may go.
bool is_own_host(const Provider& provider, std::string_view base_url);

/// What a transport failure means, with the hint for the situation.
Refusal refusal_of(const Provider& provider, const Endpoint& endpoint, const http::Failure& failure);
/// Whether a refusal means that the same request without this parameter may be taken.
bool rejects_parameter(std::string_view code, std::string_view parameter);
/// The other name the parameter goes by, "" when there is none.
std::string_view other_name(std::string_view parameter);
/// Whether trying the same request again can help.
bool retryable(const Refusal& refusal) noexcept;

/// The largest number of tokens the model may answer with, as the request will say it; 4096 when nothing is
/// said.
std::int64_t output_limit(const Provider& provider, const Endpoint& endpoint);
/// The bytes of a message that count as its size.
std::size_t size_of(const Message& message) noexcept;
/// bytes / 4, rounded up.
std::int64_t tokens_in(std::size_t bytes) noexcept;
/// tokens_in() of all of it: for reservations and for providers that do not report usage.
std::int64_t estimated_tokens(const Conversation& conversation);
/// What Conversation::output_schema may add to that: some providers put it into the prompt, others do not.
std::int64_t estimated_tokens(const schema::Json& output_schema);

} // namespace provider
