// What each kind mentions of others, and where it was written.
#include <string>

#include "base/text.hpp"
#include "document.hpp"

namespace {

std::string in_namespace(std::string_view kind, std::string_view spec) {
    return base::format(R"({{"kind": "{}", "metadata": {{"name": "n", "namespace": "here"}}, "spec": {}}})",
                        kind, spec);
}

std::string mentioned(std::string_view kind, std::string_view spec) {
    const tests::Decoded decoded = tests::decode(in_namespace(kind, spec));
    REQUIRE(decoded.resource.has_value());
    std::string out;
    for (const resource::Reference& r : resource::references(*decoded.resource)) {
        const base::Mark mark = decoded.resource->place(r.path).mark;
        out += base::format("{} {}/{} at {}:{}{}\n", r.path, r.kind->singular, r.target.text(), mark.line,
                            mark.column, r.optional ? " (optional)" : "");
    }
    return out;
}

TEST_CASE("what a resource mentions, and where") {
    CHECK(mentioned("Agent", "{\n\"modelRef\": \"m\",\n\"fallbackModelRefs\": [\"a\",\n  \"b/c\"]}") ==
          "spec.model_ref model-endpoint/here/m at 2:13\n"
          "spec.fallback_model_refs[0] model-endpoint/here/a at 3:23\n"
          "spec.fallback_model_refs[1] model-endpoint/b/c at 4:3\n");
    CHECK(mentioned("Agent", "{\"model_ref\": \"m\", \"tools\": [\"t\",\n\"memory.read\", "
                             "\"orloj.task.create\", \"files--read\"],\n\"roles\": [\"r\", \"b/r\"],\n"
                             "\"memory\": {\"ref\": \"x\"}}") ==
          "spec.model_ref model-endpoint/here/m at 1:89\n"
          "spec.tools[0] tool/here/t at 1:104\n"
          "spec.roles[0] agent-role/here/r at 3:11\n"
          "spec.roles[1] agent-role/b/r at 3:16\n"
          "spec.memory.ref memory/here/x at 4:19\n");
    CHECK(mentioned("AgentSystem", "{\"agents\": [\n\"a\",\n \"b/c\"]}") ==
          "spec.agents[0] agent/here/a at 2:1\n"
          "spec.agents[1] agent/here/b/c at 3:2\n");
    CHECK(mentioned("AgentSystem", "{\n\"context_adapter\": \"c\"}") ==
          "spec.context_adapter context-adapter/here/c at 2:20\n");
    CHECK(mentioned("ModelEndpoint", "{\"default_model\": \"m\",\n\"auth\": {\"secret_ref\": \"x/s:k\"}}") ==
          "spec.auth.secretRef secret/x/s at 2:24 (optional)\n");
    CHECK(mentioned("ModelEndpoint", R"({"default_model": "m"})") == "");
    CHECK(mentioned("Task", "{\n\"system\": \"s\"}") == "spec.system agent-system/here/s at 2:11\n");
    CHECK(mentioned("Task", R"({"mode": "template"})") == "");
    CHECK(mentioned("AgentPolicy", R"({"target_systems": ["s"]})") == "");
    CHECK(mentioned("Secret", R"({"stringData": {"k": "v"}})") == "");
}

TEST_CASE("what the other kinds mention") {
    struct Row {
        std::string_view kind;
        std::string_view spec;
        std::string_view said;
    };
    const Row rows[] = {
        {"Tool",
         R"({"type": "mcp", "mcp_server_ref": ^"s", "mcp_tool_name": "t", "auth": {"secretRef": ^"x/k"}})",
         "spec.mcp_server_ref mcp-server/here/s\n"
         "spec.auth.secretRef secret/x/k (optional)\n"},
        {"Tool", R"({"type": "cli", "cli": {"command": "c", "image": "i", "image_pull_secret": ^"p",
"env_from": [{"name": "A", "secretRef": ^"a"},
{"name": "B", "secret_ref": ^"b"}]}})",
         "spec.cli.image_pull_secret secret/here/p (optional)\n"
         "spec.cli.env_from[0].secretRef secret/here/a (optional)\n"
         "spec.cli.env_from[1].secretRef secret/here/b (optional)\n"},
        {"Memory", R"({"embedding_model": ^"shared/e",
"endpoint_secret_ref": ^"whole",
"auth": {"secretRef": ^"k"}})",
         "spec.embedding_model model-endpoint/shared/e\n"
         "spec.endpoint_secret_ref secret/here/whole (optional)\n"
         "spec.auth.secretRef secret/here/k (optional)\n"},
        {"ContextAdapter", R"({"tool_ref": ^"t"})", "spec.tool_ref tool/here/t\n"},
        {"ToolPermission", R"({"tool_ref": ^"t"})", "spec.tool_ref tool/here/t\n"},
        {"ToolPermission", R"(^{})", "spec.tool_ref tool/here/n\n"},
        {"ToolPermission", R"({"tool_ref": "orloj.task.list"})", ""},
        {"ToolApproval", R"({"task_ref": ^"t", "tool": "x"})", "spec.task_ref task/here/t\n"},
        {"TaskApproval", R"({"task_ref": ^"t", "checkpoint_id": "c",
"supersedes": ^"old"})",
         "spec.task_ref task/here/t\n"
         "spec.supersedes task-approval/here/old\n"},
        {"TaskSchedule", R"({"schedule": "* * * * *",
"taskRef": ^"ns/t"})",
         "spec.task_ref task/ns/t\n"},
        {"TaskSchedule", R"({"schedule": "* * * * *",
"task_template": {"system": ^"s"}})",
         "spec.task_template.system agent-system/here/s\n"},
        {"TaskWebhook", R"({"task_ref": ^"t",
"auth": {"secretRef": ^"k"}})",
         "spec.task_ref task/here/t\n"
         "spec.auth.secret_ref secret/here/k (optional)\n"},
        {"McpServer", R"({"transport": "stdio", "image": "i", "image_pull_secret": ^"p",
"env": [{"name": "A", "value": "1"}, {"name": "B", "secretRef": ^"b"}],
"auth": {"secretRef": ^"k"}})",
         "spec.image_pull_secret secret/here/p (optional)\n"
         "spec.env[1].secretRef secret/here/b (optional)\n"
         "spec.auth.secretRef secret/here/k (optional)\n"},
        {"EvalDataset", R"({"samples": [{"name": "a", "input": {"t": "x"},
"scoring": {"strategy": "llm_judge", "model_ref": ^"judge"}}, {"name": "b", "input": {"t": "x"},
"scoring": {"strategy": "custom", "tool_ref": ^"score"}}]})",
         "spec.samples[0].scoring.model_ref model-endpoint/here/judge\n"
         "spec.samples[1].scoring.tool_ref tool/here/score\n"},
        {"EvalRun", R"({"dataset_ref": ^"d", "system": ^"s",
"model_endpoint_override": ^"x/m",
"agent_overrides": {"a": {"model_ref": ^"o"}, "b": {"prompt": "p"}},
"scoring": {"strategy": "custom", "tool_ref": ^"score"}})",
         "spec.dataset_ref eval-dataset/here/d\n"
         "spec.system agent-system/here/s\n"
         "spec.model_endpoint_override model-endpoint/x/m\n"
         "spec.agent_overrides.a.model_ref model-endpoint/here/o\n"
         "spec.scoring.tool_ref tool/here/score\n"},
        {"Session", R"({"system": ^"s"})", "spec.system agent-system/here/s\n"},
        {"AgentRole", R"({"permissions": ["tool:t:invoke"]})", ""},
        {"Worker", R"({})", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.spec);
        const tests::Marked source = tests::marked(in_namespace(row.kind, row.spec));
        const tests::Decoded decoded = tests::decode(source.text);
        REQUIRE(decoded.resource.has_value());
        std::string said;
        std::size_t i = 0;
        for (const resource::Reference& r : resource::references(*decoded.resource)) {
            said += base::format("{} {}/{}{}\n", r.path, r.kind->singular, r.target.text(),
                                 r.optional ? " (optional)" : "");
            REQUIRE(i < source.marks.size());
            CHECK(decoded.resource->place(r.path).mark == source.marks[i++]);
        }
        CHECK(said == row.said);
    }
}

} // namespace
