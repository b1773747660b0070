// Amazon Bedrock's Converse API, in which all of its models are asked alike. Requests without a Bedrock API
// key are signed before they are sent, by who sends them. Source: botocore's model of the service, and the
// SDKs that are built on it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "provider/provider.hpp"
#include "provider/request.hpp"
#include "schema/tree.hpp"

namespace provider {

std::string bedrock_problem(const Endpoint& endpoint);
/// The Bedrock API key; empty when requests are signed.
std::variant<Key, Refusal> bedrock_key(const Endpoint& endpoint);
/// "/model/ID/": what the paths of a model's calls begin with, behind the base URL.
std::string bedrock_model_path(std::string_view model);
Built bedrock_request(const Endpoint& endpoint, const Conversation& conversation);
Outcome bedrock_reply(const Endpoint& endpoint, const Conversation& asked, const http::Response& response);
/// The Reply in a ConverseResponse that is JSON without an `error`: one that came whole, or was put together.
Outcome bedrock_answer(const Endpoint& endpoint, const Conversation& asked, const schema::Tree& answer,
                       const http::Response& response);
std::unique_ptr<StreamDecoder> bedrock_decoder(const Endpoint& endpoint, const Conversation& asked);
std::string bedrock_hint(const Endpoint& endpoint, const Refusal& refusal);

} // namespace provider
