#include <string>

#include "document.hpp"

namespace {

using tests::check_rows;

const std::string execution_defaults =
    R"("execution":{"profile":"dynamic","duplicate_tool_call_policy":"short_circuit",)"
    R"("on_contract_violation":"non_retryable_error","tool_use_behavior":"run_llm_again"})";

TEST_CASE("an agent with nothing but its model has the documented defaults") {
    check_rows(
        "Agent",
        {{R"({"model_ref": " m "})",
          {},
          R"({"model_ref":"m","memory":{},"execution":{"profile":"dynamic",)"
          R"("duplicate_tool_call_policy":"short_circuit","on_contract_violation":"non_retryable_error",)"
          R"("tool_use_behavior":"run_llm_again"},"limits":{"max_steps":10}})"}});
    const auto agent = tests::spec_of<resource::AgentSpec>("Agent", R"({"model_ref": "m"})");
    CHECK(agent.limits.max_steps == 10);
    CHECK(agent.limits.timeout == base::Duration{});
    CHECK(agent.prompt.empty());
}

TEST_CASE("every field of an agent is kept") {
    const std::string json =
        R"({"model_ref":"m","fallback_model_refs":["a","shared/b"],"prompt":" p\n","tools":["t","t"],)"
        R"("allowed_tools":["t"],"roles":["r"],"memory":{"ref":"x","type":"vector","provider":"p","allow":["read","ingest"]},)"
        R"("execution":{"profile":"contract","tool_sequence":["t"],"required_output_markers":["DONE","done"],)"
        R"("duplicate_tool_call_policy":"deny","on_contract_violation":"observe","tool_use_behavior":"stop_on_first_tool",)"
        R"("output_schema":{"type":"object","b":[1.50]}},"limits":{"max_steps":6,"timeout":"45s"}})";
    const std::string marks =
        R"({"model_ref":"m","fallback_model_refs":["a","shared/b"],"prompt":" p\n",^"tools":["t","t"],)"
        R"("allowed_tools":["t"],^"roles":["r"],"memory":{"ref":"x","type":"vector","provider":"p",^"allow":["read","ingest"]},)"
        R"("execution":{"profile":^"contract","tool_sequence":["t"],^"required_output_markers":["DONE","done"],)"
        R"("duplicate_tool_call_policy":"deny","on_contract_violation":"observe","tool_use_behavior":"stop_on_first_tool",)"
        R"("output_schema":^{"type":"object","b":[1.50]}},"limits":{"max_steps":6,"timeout":"45s"}})";
    check_rows(
        "Agent",
        {{marks,
          {"warning: spec.tools has no effect: tools are not available in this version",
           "warning: spec.roles has no effect: roles are not available in this version",
           "warning: spec.memory.allow has no effect: memory is not available in this version",
           "warning: spec.execution.profile contract has no effect: contracts are not available in this "
           "version",
           "warning: spec.execution.required_output_markers has no effect: contracts are not available in "
           "this version",
           "warning: spec.execution.output_schema has keywords that answers are not checked against: $.b"},
          json}});
}

TEST_CASE("the other spellings of an agent's fields are read") {
    const tests::Decoded decoded = tests::decode(tests::document(
        "Agent", R"({"modelRef": "m", "fallbackModelRefs": ["f"], "allowedTools": ["t"], "execution":
        {"duplicateToolCallPolicy": "deny", "onContractViolation": "observe", "toolUseBehavior": "stop_on_first_tool",
         "outputSchema": {"type": "object"}}})"));
    REQUIRE(decoded.resource.has_value());
    CHECK(
        resource::spec_json(decoded.resource->spec) ==
        R"({"model_ref":"m","fallback_model_refs":["f"],"allowed_tools":["t"],"memory":{},"execution":{"profile":"dynamic",)"
        R"("duplicate_tool_call_policy":"deny","on_contract_violation":"observe","tool_use_behavior":"stop_on_first_tool",)"
        R"("output_schema":{"type":"object"}},"limits":{"max_steps":10}})");
}

TEST_CASE("what is wrong with an agent is said at its place") {
    check_rows("Agent",
               {
                   {R"(^{})",
                    {"error: spec.model_ref is required | name a ModelEndpoint: model_ref: openai-default"}},
                   {R"(^null)",
                    {"error: spec.model_ref is required | name a ModelEndpoint: model_ref: openai-default"}},
                   {R"({"model_ref": ^"  "})",
                    {"error: spec.model_ref is required | name a ModelEndpoint: model_ref: openai-default"}},
                   {R"({"modelRef": ^""})",
                    {"error: spec.model_ref is required | name a ModelEndpoint: model_ref: openai-default"}},
                   {R"({^"model": "gpt-4o"})",
                    {"error: spec.model has been removed; use spec.model_ref | declare a ModelEndpoint whose "
                     "default_model is that model, and name it: model_ref: NAME"}},
                   {R"({"model_ref": "m", ^"modelRef": "n"})",
                    {"error: spec.model_ref is given twice, here as 'modelRef'"}},
                   {R"({"model_ref": "m", ^"temperature": 1})",
                    {"error: unknown field 'temperature' in spec | known here: model_ref, "
                     "fallback_model_refs, prompt, tools, "
                     "allowed_tools, roles, memory, execution, limits"}},
                   {R"({"model_ref": "m", ^"tools": [^{"name": "web_search"}]})",
                    {"warning: spec.tools has no effect: tools are not available in this version",
                     "error: spec.tools[0] must be text, not a map | write the name alone: - web_search"}},
                   {R"({"model_ref": "m", "limits": {"max_steps": ^"x"}})",
                    {"error: invalid spec.limits.max_steps value \"x\": expected a whole number"}},
                   {R"({"model_ref": "m", "limits": {"timeout": ^"10 seconds"}})",
                    {"error: invalid spec.limits.timeout \"10 seconds\": expected a duration such as 30s, "
                     "1m30s or 250ms"}},
                   {R"({"model_ref": "m", "limits": {^"maxSteps": 3}})",
                    {"error: unknown field 'maxSteps' in spec.limits | did you mean 'max_steps'?"}},
                   {R"({"model_ref": "m", "memory": ^{^"allow": ["read"]}})",
                    {"error: spec.memory.ref is required when spec.memory.allow is set",
                     "warning: spec.memory.allow has no effect: memory is not available in this version"}},
                   {R"({"model_ref": "m", "memory": {"ref": "r", ^"allow": ^["memory.READ", "fly"]}})",
                    {"warning: spec.memory.allow has no effect: memory is not available in this version",
                     "error: invalid spec.memory.allow: invalid memory operation \"fly\": expected read, "
                     "write, search, list, or "
                     "ingest"}},
                   {R"({"model_ref": "m", "execution": {"profile": ^"fixed"}})",
                    {"error: invalid spec.execution.profile \"fixed\": expected dynamic or contract"}},
                   {R"({"model_ref": "m", "execution": ^{"profile": "contract"}})",
                    {"error: spec.execution.tool_sequence is required when spec.execution.profile=contract"}},
                   {R"({"model_ref": "m", "execution": {"profile": "contract", "tool_sequence": ^[" "]}})",
                    {"error: spec.execution.tool_sequence is required when spec.execution.profile=contract"}},
                   {R"({"model_ref": "m", "execution": {"duplicate_tool_call_policy": ^"x"}})",
                    {"error: invalid spec.execution.duplicate_tool_call_policy \"x\": expected short_circuit "
                     "or deny"}},
                   {R"({"model_ref": "m", "execution": {"on_contract_violation": ^"x"}})",
                    {"error: invalid spec.execution.on_contract_violation \"x\": expected observe or "
                     "non_retryable_error"}},
                   {R"({"model_ref": "m", "execution": {"tool_use_behavior": ^"x"}})",
                    {"error: invalid spec.execution.tool_use_behavior \"x\": expected run_llm_again or "
                     "stop_on_first_tool"}},
               });
}

TEST_CASE("lists are cleaned as the original cleans them") {
    const auto agent = tests::spec_of<resource::AgentSpec>(
        "Agent",
        R"({"model_ref": "m", "fallback_model_refs": [" A ", "a", "", "b"], "tools": ["x", "x", {"Y": null}],
        "allowed_tools": ["T", "t"], "roles": ["R", "r", " "], "memory": {"ref": "r", "allow": ["memory.read", "READ", "write"]},
        "execution": {"tool_sequence": ["s", "S"], "required_output_markers": [" DONE ", "DONE", "done", "", {"AUTH_PATH": null}]}})");
    using Texts = std::vector<std::string>;
    CHECK(agent.fallback_model_refs == Texts{"A", "b"});
    CHECK(agent.tools == Texts{"x", "x", "Y:"});
    CHECK(agent.allowed_tools == Texts{"T"});
    CHECK(agent.roles == Texts{"R"});
    CHECK(agent.memory.allow == Texts{"read", "write"});
    CHECK(agent.execution.tool_sequence == Texts{"s"});
    CHECK(agent.execution.required_output_markers == Texts{"DONE", "done", "AUTH_PATH:"});
}

TEST_CASE("too few steps mean the default") {
    for (const std::string_view steps : {"0", "-3"}) {
        const std::string spec = R"({"model_ref": "m", "limits": {"max_steps": )" + std::string(steps) + "}}";
        CHECK(tests::spec_of<resource::AgentSpec>("Agent", spec).limits.max_steps == 10);
    }
}

std::string with_schema(const std::string& schema) {
    return R"({"model_ref": "m", "execution": {"output_schema": ^)" + schema + "}}";
}

TEST_CASE("an output schema has the original's limits") {
    check_rows("Agent", {
                            {R"({"model_ref": "m", "execution": {"output_schema": {}}})", {}},
                            {R"({"model_ref": "m", "execution": {"output_schema": null}})", {}},
                            {with_schema(R"({"type": "object"})"), {}},
                            {with_schema(R"({"properties": {}})"),
                             {"error: spec.execution.output_schema: root level must contain a \"type\" key"}},
                            {with_schema(R"("object")"),
                             {"error: spec.execution.output_schema: root level must contain a \"type\" key"}},
                        });
    const auto nested = [](int levels) { // besides the root
        std::string out = R"({"type": "object")";
        for (int i = 0; i < levels; ++i)
            out += R"(, "anyOf": [{"minimum": 1)";
        for (int i = 0; i < levels; ++i)
            out += "}]";
        return out + "}";
    };
    const std::string ten = with_schema(nested(9));
    const std::string eleven = with_schema(nested(10));
    const std::string frame = R"({"type":"object","title":""})";
    const auto sized = [&](std::size_t bytes) {
        return with_schema(R"({"type":"object","title":")" + std::string(bytes - frame.size(), 'x') +
                           R"("})");
    };
    check_rows("Agent",
               {{ten, {}},
                {eleven, {"error: spec.execution.output_schema: nesting depth 11 exceeds limit of 10"}},
                {sized(65536), {}},
                {sized(65537),
                 {"error: spec.execution.output_schema: serialized size 65537 exceeds limit "
                  "of 65536 bytes"}}});
}

TEST_CASE("an output schema that is none is refused, one that says more than is checked is warned of") {
    check_rows(
        "Agent",
        {{with_schema(R"({"type": "text"})"),
          {"error: spec.execution.output_schema: $.type: \"text\" is not one of array, boolean, integer, "
           "null, number, object, string"}},
         {with_schema(R"({"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}})"),
          {"error: spec.execution.output_schema: $.properties.a.$ref: \"#/$defs/b\" leads nowhere"}},
         {with_schema(R"({"type": "object", "properties": {"day": {"type": "string", "format": "date"}}})"),
          {"warning: spec.execution.output_schema has keywords that answers are not checked against: "
           "$.properties.day.format"}},
         {with_schema(
              R"({"type": "object", "a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1, "h": 1, "i": 1,
                          "j": 1, "k": 1, "l": 1})"),
          {"warning: spec.execution.output_schema has keywords that answers are not checked against: $.a, "
           "$.b, $.c, $.d, $.e, $.f, $.g, $.h, $.i, $.j, 2 more"}}});
}

} // namespace
