// A world for runs without network, database, key or waiting: a real second implementation of every
// interface.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "http/replay.hpp"
#include "run/engine.hpp"
#include "scripted_tools.hpp"

namespace test {

/// Stands still unless it is moved.
class StillClock final : public base::Clock {
  public:
    base::Time now() override { return {1'700'000'000'000'000 + moved.us + slept.us}; }
    base::Duration active() override { return moved; }
    base::Duration moved{};
    base::Duration slept{}; ///< of the machine
};

/// Keeps everything that was committed.
class MemorySink final : public trace::Sink {
  public:
    void commit(const std::vector<trace::Event>& events,
                const std::vector<trace::StoredMessage>& messages) override {
        if (fail_at > 0 && ++commits >= fail_at) throw base::Error(base::Fault::store, "the disk is full");
        all.insert(all.end(), events.begin(), events.end());
        said.insert(said.end(), messages.begin(), messages.end());
    }
    [[nodiscard]] std::vector<std::string> types() const {
        std::vector<std::string> out;
        for (const trace::Event& e : all)
            out.emplace_back(trace::kind_of(e.payload).name);
        return out;
    }
    template <typename T>
    [[nodiscard]] std::vector<T> of() const {
        std::vector<T> out;
        for (const trace::Event& e : all) {
            if (const T* p = std::get_if<T>(&e.payload)) out.push_back(*p);
        }
        return out;
    }
    std::vector<trace::Event> all;
    std::vector<trace::StoredMessage> said;
    int fail_at = 0; ///< the commit that fails; 0: none
    int commits = 0;
};

class FixedSecrets final : public run::Secrets {
  public:
    run::Credential resolve(const run::EndpointPlan& endpoint) override {
        const auto it = keys.find(endpoint.name.name);
        if (it == keys.end()) return {};
        return {base::SecretText(it->second), "secret default/" + endpoint.name.name};
    }
    std::map<std::string, std::string> keys;
};

class FixedPolicies final : public run::Policies {
  public:
    std::vector<run::Policy> load() override {
        ++loads;
        if (broken) throw base::Error(base::Fault::store, "policies cannot be read");
        return policies;
    }
    std::vector<run::Policy> policies;
    bool broken = false;
    int loads = 0;
};

class FixedInterrupt final : public run::Interrupt {
  public:
    int level() override { return after-- > 0 ? 0 : wanted; }
    int fd() override { return -1; }
    int wanted = 0;
    int after = 0; ///< turns before it is raised
};

/// Resources by kind and name, in namespace default.
class Shelf {
  public:
    template <typename T>
    Shelf& put(const std::string& name, T spec) {
        resource::Resource r;
        r.metadata.name = name;
        r.spec = std::move(spec);
        all_.push_back(std::move(r));
        return *this;
    }
    Shelf& agent(const std::string& name, const std::string& endpoint) {
        resource::AgentSpec spec;
        spec.model_ref = endpoint;
        spec.prompt = "You are " + name + ".";
        return put(name, spec);
    }
    Shelf& tool(const std::string& name, std::vector<std::string> classes = {"read"},
                std::int64_t attempts = 1) {
        resource::ToolSpec spec;
        spec.description = "Does " + name + ".";
        spec.operation_classes = std::move(classes);
        spec.runtime.retry.max_attempts = attempts;
        spec.runtime.retry.backoff = base::milliseconds(100);
        return put(name, spec);
    }
    Shelf& endpoint(const std::string& name, const std::string& provider,
                    std::map<std::string, std::string> options = {}) {
        resource::ModelEndpointSpec spec;
        spec.provider = provider;
        spec.default_model = "m-" + name;
        spec.options = std::move(options);
        if (provider == "openai") spec.base_url = "http://127.0.0.1:1/v1";
        spec.allow_private = true;
        return put(name, spec);
    }
    [[nodiscard]] run::Catalog catalog() const {
        return [this](const resource::Kind& kind,
                      const resource::Name& name) -> std::optional<resource::Resource> {
            for (const resource::Resource& r : all_) {
                if (&r.kind() == &kind && r.metadata.name == name.name && name.namespace_ == "default")
                    return r;
            }
            return std::nullopt;
        };
    }

  private:
    std::vector<resource::Resource> all_;
};

inline resource::Resource task(const std::string& system, resource::TaskSpec spec = {}) {
    resource::Resource out;
    out.metadata.name = "t";
    spec.system = system;
    if (spec.input.empty()) spec.input["topic"] = "fusion";
    out.spec = std::move(spec);
    return out;
}

/// "a -> b -> c" without a graph, or "a -> b, a -> c" with one.
inline resource::AgentSystemSpec line(std::vector<std::string> agents) {
    resource::AgentSystemSpec out;
    out.agents = std::move(agents);
    return out;
}
inline resource::AgentSystemSpec graph(std::vector<std::string> agents,
                                       const std::vector<std::pair<std::string, std::string>>& edges) {
    resource::AgentSystemSpec out = line(std::move(agents));
    for (const auto& [from, to] : edges) {
        resource::Route route;
        route.to = to;
        out.graph[from].edges.push_back(route);
    }
    return out;
}

inline http::Response ok(const std::string& body, int status = 200) {
    http::Response out;
    out.status = status;
    out.headers.push_back({"content-type", "application/json"});
    out.body = body;
    out.total = base::milliseconds(5);
    return out;
}

/// An answer of the chat completions protocol.
inline std::string chat(const std::string& text, int input = 10, int output = 5,
                        const std::string& finish = "stop") {
    return base::format(
        R"({{"id":"x","model":"gpt","choices":[{{"index":0,"message":{{"role":"assistant","content":{}}},)"
        R"("finish_reason":"{}"}}],"usage":{{"prompt_tokens":{},"completion_tokens":{},"total_tokens":{}}}}})",
        base::json_quoted(text), finish, input, output, input + output);
}

struct CalledTool {
    std::string id;
    std::string name;
    std::string arguments = "{}";
};
/// An answer of that protocol that asks for calls of tools.
inline std::string tool_calls(const std::vector<CalledTool>& calls, const std::string& text = {}) {
    std::string list;
    for (const CalledTool& call : calls)
        list += base::format(R"({}{{"id":"{}","type":"function","function":{{"name":"{}","arguments":{}}}}})",
                             list.empty() ? "" : ",", call.id, call.name, base::json_quoted(call.arguments));
    return base::format(
        R"({{"choices":[{{"index":0,"message":{{"role":"assistant","content":{},"tool_calls":[{}]}},)"
        R"("finish_reason":"tool_calls"}}],"usage":{{"prompt_tokens":10,"completion_tokens":5}}}})",
        text.empty() ? "null" : base::json_quoted(text), list);
}
/// How many results of tools a request holds.
inline std::size_t results_in(const std::string& body) {
    std::size_t count = 0;
    for (std::size_t at = body.find("tool_call_id"); at != std::string::npos;
         at = body.find("tool_call_id", at + 1))
        ++count;
    return count;
}

struct World {
    using Answer = std::function<std::variant<http::Response, http::Failure>(const http::Request&)>;
    explicit World(Answer answer = [](const http::Request&) { return ok(chat("fine")); })
        : transport(
              [this, answer = std::move(answer)](const http::Request& request) {
                  requests.push_back(request.body);
                  return answer(request);
              },
              [this](base::Duration limit) { clock.moved = clock.moved + limit; }) {}

    run::World world() { return {transport, sink, secrets, policies, clock, interrupt, nullptr, tools}; }

    std::vector<std::string> requests;
    StillClock clock;
    http::ReplayTransport transport;
    MemorySink sink;
    FixedSecrets secrets;
    FixedPolicies policies;
    FixedInterrupt interrupt;
    run::Tools* tools = nullptr;
};

} // namespace test
