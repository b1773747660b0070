#include "cli/blueprint.hpp"

#include <array>
#include <span>

#include "base/text.hpp"

namespace cli {

namespace {

struct Role {
    std::string_view name; ///< "research-lead"
    int steps;
    std::string_view prompt; ///< lines of YAML, indented by four
};

constexpr Role pipeline_roles[] = {
    {"planner", 4,
     "    Write the three questions that a short note about the topic has to answer.\n"
     "    Number them. Write nothing else.\n"},
    {"research", 6, "    Answer each question you are given in one sentence, with what is known.\n"},
    {"writer", 4, "    Make one paragraph for a reader in a hurry out of the answers you are given.\n"},
};

constexpr Role hierarchical_roles[] = {
    {"manager", 4,
     "    Split the topic into a part for research and a part for public relations, one line each.\n"
     "    Start the lines with 'Research:' and 'Social:'.\n"},
    {"research-lead", 4,
     "    Of the manager's lines, take the one for research and turn it into two questions.\n"},
    {"research-worker", 6, "    Answer each question you are given in one sentence.\n"},
    {"social-lead", 4,
     "    Of the manager's lines, take the one for public relations. Say whom the text is for and what\n"
     "    they have to know first.\n"},
    {"social-worker", 6, "    Write an opening of two sentences for the readers you are told of.\n"},
    {"editor", 4, "    Make one short text of what you are given. Add no facts.\n"},
};

constexpr Role swarm_roles[] = {
    {"coordinator", 4,
     "    Lead the search. First repeat in a few words what the scouts have reported so far. Then give\n"
     "    each scout one thing to look at, a line for each: alpha, beta, gamma.\n"},
    {"scout-alpha", 4,
     "    You are alpha. Look at what the coordinator gave alpha. Report in one sentence.\n"},
    {"scout-beta", 4, "    You are beta. Look at what the coordinator gave beta. Report in one sentence.\n"},
    {"scout-gamma", 4,
     "    You are gamma. Look at what the coordinator gave gamma. Report in one sentence.\n"},
    {"synthesizer", 4, "    Say in two sentences what is known by now, and what to do.\n"},
};

// {0} is the prefix of the names.
constexpr char pipeline_graph[] = R"(  graph: # without one, the agents would run in the order above
    {0}-planner-agent:
      next: {0}-research-agent
    {0}-research-agent:
      next: {0}-writer-agent
)";

constexpr char hierarchical_graph[] = R"(  graph:
    {0}-manager-agent:
      edges: # both leads get the manager's answer and work at the same time
        - to: {0}-research-lead-agent
        - to: {0}-social-lead-agent
    {0}-research-lead-agent:
      edges:
        - to: {0}-research-worker-agent
    {0}-social-lead-agent:
      edges:
        - to: {0}-social-worker-agent
    {0}-research-worker-agent:
      edges:
        - to: {0}-editor-agent
    {0}-social-worker-agent:
      edges:
        - to: {0}-editor-agent
    {0}-editor-agent:
      join: # starts once, when both workers are done
        mode: wait_for_all
)";

constexpr char swarm_graph[] = R"(  graph:
    {0}-coordinator-agent:
      edges:
        - to: {0}-scout-alpha-agent
        - to: {0}-scout-beta-agent
        - to: {0}-scout-gamma-agent
        - to: {0}-synthesizer-agent # hands over to nobody: its last answer is the run's
    {0}-scout-alpha-agent:
      edges:
        - to: {0}-coordinator-agent # back again: the next round
    {0}-scout-beta-agent:
      edges:
        - to: {0}-coordinator-agent
    {0}-scout-gamma-agent:
      edges:
        - to: {0}-coordinator-agent
)";

constexpr char agent_text[] = R"(apiVersion: orloj.dev/v1
kind: Agent
metadata:
  name: {0}-{1}-agent
spec:
  model_ref: {2} # a ModelEndpoint: model-endpoint.yaml
  prompt: |
{3}  limits:
    max_steps: {4}
    timeout: 5m
)";

constexpr char task_text[] = R"(apiVersion: orloj.dev/v1
kind: Task
metadata:
  name: {0}-task
spec:
  system: {0}-system
  priority: high
{1}  input: # every agent reads it; the names are yours
    topic: your topic here
  retry: # of the whole run
    max_attempts: 2
    backoff: 2s
  message_retry: # of one agent's turn
    max_attempts: 2
    backoff: 250ms
    max_backoff: 2s
    jitter: full
)";

constexpr char readme_text[] = R"(# {0}

{1} Made by `orloj init --blueprint {2} --model {3}`.

    orloj run -f {0} topic="why the night sky is dark"    # runs it and prints the answer
    orloj apply -f {0}                                    # stores it; --run also runs {0}-task
    orloj trace task/NAME                                 # which agent asked which model; NAME: orloj get tasks

`agents/` has the prompts, `agent-system.yaml` says who hands over to whom, `task.yaml` is one run of it, and
`model-endpoint.yaml` is the model that all agents ask. Another one is another spec there:

    provider: openai
    base_url: https://api.openai.com/v1
    default_model: gpt-4o-mini
    auth:
      secretRef: openai-api-key      # orloj create secret openai-api-key

    provider: anthropic
    default_model: claude-sonnet-4-5
    auth:
      secretRef: anthropic-api-key   # orloj create secret anthropic-api-key

    provider: ollama                 # on this machine, no key
    base_url: http://127.0.0.1:11434
    default_model: llama3.2          # ollama pull llama3.2

An editor with a YAML language server completes and checks the files by `.schema/orloj.json`, offline; after an
update of orloj: `orloj schema > .schema/orloj.json`.
)";

constexpr auto choices = std::to_array<ModelChoice>({
    {"openai", "openai-default", "openai-api-key", "OPENAI_API_KEY",
     "  provider: openai\n"
     "  base_url: https://api.openai.com/v1\n"
     "  default_model: gpt-4o-mini\n"
     "  auth:\n"
     "    secretRef: openai-api-key # orloj create secret openai-api-key\n"},
    {"anthropic", "anthropic-default", "anthropic-api-key", "ANTHROPIC_API_KEY",
     "  provider: anthropic\n"
     "  default_model: claude-sonnet-4-5\n"
     "  auth:\n"
     "    secretRef: anthropic-api-key # orloj create secret anthropic-api-key\n"},
    {"ollama", "ollama-default", "", "",
     "  provider: ollama\n"
     "  base_url: http://127.0.0.1:11434\n"
     "  default_model: llama3.2 # ollama pull llama3.2\n"},
    {"mock", "mock-default", "", "",
     "  provider: mock # no model and no network: README.md shows what a real one needs here\n"
     "  default_model: scripted\n"
     "  options:\n"
     "    answer: |\n"
     "      This is a scripted answer: no model was asked. model-endpoint.yaml says which one to ask.\n"},
});

} // namespace

struct Blueprint {
    std::string_view name;
    std::string_view doc;
    std::span<const Role> roles;
    std::string_view graph;
    std::string_view task; ///< further lines of the task's spec
};

namespace {

constexpr auto blueprints = std::to_array<Blueprint>({
    {"pipeline", "Three agents in a line: each gets the answer of the one before it.", pipeline_roles,
     pipeline_graph, ""},
    {"hierarchical", "A manager, two leads with a worker each, and an editor who waits for both.",
     hierarchical_roles, hierarchical_graph, ""},
    {"swarm-loop", "A coordinator and three scouts in a loop, and one who says what is known.", swarm_roles,
     swarm_graph, "  max_turns: 4 # how long a chain of hand-offs may be: it ends the loop\n"},
});

template <typename Rows>
auto find_row(const Rows& rows, std::string_view name) -> decltype(rows.data()) {
    for (const auto& row : rows) {
        if (row.name == name) return &row;
    }
    return nullptr;
}

template <typename Rows>
std::vector<std::string_view> names_of(const Rows& rows) {
    std::vector<std::string_view> out;
    for (const auto& row : rows)
        out.push_back(row.name);
    return out;
}

std::string system_text(const Blueprint& blueprint, const std::string& name) {
    std::string out =
        base::format("apiVersion: orloj.dev/v1\nkind: AgentSystem\nmetadata:\n  name: {}-system\n"
                     "  labels:\n    orloj.dev/pattern: {}\nspec:\n  agents:\n",
                     name, blueprint.name);
    for (const Role& role : blueprint.roles)
        out += base::format("    - {}-{}-agent\n", name, role.name);
    return out + base::replace_all(blueprint.graph, "{0}", name);
}

} // namespace

const Blueprint* find_blueprint(std::string_view name) {
    return find_row(blueprints, name);
}

const ModelChoice* find_model_choice(std::string_view name) {
    return find_row(choices, name);
}

std::vector<std::string_view> blueprint_names() {
    return names_of(blueprints);
}

std::vector<std::string_view> model_choice_names() {
    return names_of(choices);
}

std::map<std::string, std::string> blueprint_files(const Blueprint& blueprint, const ModelChoice& model,
                                                   const std::string& name) {
    // Relative to the file that says it, which is how language servers read it.
    constexpr std::string_view modeline = "# yaml-language-server: $schema={}.schema/orloj.json\n";
    const std::string above = base::replace_all(modeline, "{}", "../");
    const std::string here = base::replace_all(modeline, "{}", "");
    std::map<std::string, std::string> out;
    for (const Role& role : blueprint.roles) {
        const std::string file = base::format("agents/{}_agent.yaml", base::replace_all(role.name, "-", "_"));
        out[file] =
            above + base::format(agent_text, name, role.name, model.endpoint, role.prompt, role.steps);
    }
    out["agent-system.yaml"] = here + system_text(blueprint, name);
    out["model-endpoint.yaml"] =
        here + base::format("apiVersion: orloj.dev/v1\nkind: ModelEndpoint\nmetadata:\n  name: {}\nspec:\n{}",
                            model.endpoint, model.spec);
    out["task.yaml"] = here + base::format(task_text, name, blueprint.task);
    out["README.md"] = base::format(readme_text, name, blueprint.doc, blueprint.name, model.name);
    out[".schema/orloj.json"] = manifest_schema();
    return out;
}

} // namespace cli
