// A provider without a network, for learning, examples and tests: the same conversation always gets the same
// answer.
//
// Without options it answers `model=<model> step=<n>`, n being one more than the number of assistant messages
// so far. When tools are offered it calls one before it says so: the first that was not called yet and whose
// name and the conversation share one of the words vector, search, web, db, echo; in step 1 else the first.
// With options it says what it is told:
//
//   options.answer   one text for every step.
//   options.script   the answers of the steps in their order; the last one repeats. A JSON list, whose items
//                    are texts or maps {text, tool, arguments, finish, error, usage}; `calls: [{tool,
//                    arguments}]` asks for several tools at once, `error: {kind, status, code, detail,
//                    retry_after}` refuses, `usage: {input, output}` says what it cost. Any other text is one
//                    answer a line.
//   options.usage    "INPUT,OUTPUT": the tokens of every step; estimated when not set.
//
// In texts {{model}}, {{step}} and {{input}} (the last user message) are replaced. Other options are ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "provider/provider.hpp"

namespace provider {

struct ScriptedCall {
    std::string tool;
    schema::Json arguments;
};
const schema::Type& describe(const ScriptedCall*);

struct ScriptedError {
    Refusal::Kind kind = Refusal::Kind::server;
    std::int64_t status = 0;
    std::string code;
    std::string detail;
    std::optional<base::Duration> retry_after;
};
const schema::Type& describe(const ScriptedError*);

struct ScriptedUsage {
    std::int64_t input = 0;
    std::int64_t output = 0;
};
const schema::Type& describe(const ScriptedUsage*);

struct ScriptedAnswer {
    std::string text;
    std::string tool;
    schema::Json arguments;
    std::vector<ScriptedCall> calls;
    std::optional<Finish> finish;
    std::optional<ScriptedError> error;
    std::optional<ScriptedUsage> usage;
};
const schema::Type& describe(const ScriptedAnswer*);

/// The steps of options.script, or what is wrong with it.
std::variant<std::vector<ScriptedAnswer>, std::string> read_script(std::string_view text);

std::string mock_problem(const Endpoint& endpoint);
Outcome mock_answer(const Endpoint& endpoint, const Conversation& conversation);

} // namespace provider
