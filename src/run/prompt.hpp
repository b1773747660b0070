// What orloj itself says to a model: an agent's first message, and that an answer does not follow its schema.
// Invariant: the same input gives the same text, so that a run taken up again says what it said before.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "schema/tree.hpp"

namespace run {

struct HandedOver {
    std::string from;
    std::string text;
};
/// What stands for the answer of an agent that failed, where its successor is told of it.
constexpr std::string_view nothing_came = "(nothing: it failed)";
/// The first user message of an agent: the task's input and what was handed over, each once, each delimited
/// by a tag that does not occur in any of the texts.
std::string input_text(const std::map<std::string, std::string>& input,
                       const std::vector<HandedOver>& handed_over);

/// The user message that brings an agent the reports of its delegates, each delimited likewise.
std::string reports_text(const std::vector<HandedOver>& reports);

/// The text between lines <tag> and </tag>, or <tag_2> and so on when the text holds that end.
std::string delimited(std::string_view tag, std::string_view text);

/// The user message that says what an agent still owes under its contract, and asks again. Requires that one
/// of the lists is not empty.
std::string contract_request(const std::vector<std::string>& tools, const std::vector<std::string>& markers);

/// What of an answer does not follow the schema, in a few sentences; empty when all does. An answer that is
/// no JSON document does not.
std::vector<std::string> answer_problems(const schema::Tree& output_schema, std::string_view answer);
/// The user message that says so, with the schema, and asks again.
std::string repair_request(const std::vector<std::string>& problems, std::string_view output_schema);

} // namespace run
