#include <string>

#include "base/text.hpp"
#include "document.hpp"

namespace {

using resource::AgentSystemSpec;
using tests::check_rows;

TEST_CASE("a system with agents, and one with nothing") {
    check_rows("AgentSystem", {
                                  {R"({"agents": ["a", "b"]})", {}, R"({"agents":["a","b"]})"},
                                  {R"({})", {}, "{}"},
                                  {R"({"graph": {"a": null}})", {}, R"({"graph":{"a":{}}})"},
                              });
}

TEST_CASE("every field of a system is kept") {
    check_rows(
        "AgentSystem",
        {{R"({"agents": ["a"], "graph": {"a": {"next": " b ", "edges": [{"to": " c ", "labels": {"lane": 1},
             ^"policy": {"max": "3"}, "condition": {"output_contains": " x ", "output_not_contains": "y",
             "output_matches": "(?i)z", "output_json_path": "$.a.b", "equals": 5, "not_equals": "", "contains": "c",
             "greater_than": "0.7", "less_than": " 9 "}}], "join": {"mode": "QUORUM", "quorum_count": 2,
             "quorum_percent": 50, "on_failure": "skip"}, "delegates": [{"to": "d"}],
             "delegate_join": {"on_failure": "continue_partial"}, ^"review": {"checkpoint_id": "r", "display_name": "n",
             "reason": "w", "ttl": "30m", "allow_request_changes": false, "max_review_cycles": 2}}},
             ^"completion_review": {"checkpoint_id": "f"}, ^"context_adapter": " p ", "a2a": {^"enabled": true, "auth": "public"}})",
          {"warning: spec.graph.a.edges[0].policy has no effect: edge policies never had one",
           "warning: spec.graph.a.review has no effect: reviews are not available in this version",
           "warning: spec.completion_review has no effect: reviews are not available in this version",
           "warning: spec.context_adapter has no effect: context adapters are not available in this version",
           "warning: spec.a2a.enabled has no effect: a local binary does not publish systems"},
          R"({"agents":["a"],"graph":{"a":{"next":"b","edges":[{"to":"c","labels":{"lane":"1"},"policy":{"max":"3"},)"
          R"("condition":{"output_contains":"x","output_not_contains":"y","output_matches":"(?i)z","output_json_path":"$.a.b",)"
          R"("equals":"5","not_equals":"","contains":"c","greater_than":"0.7","less_than":"9"}}],"join":{"mode":"quorum",)"
          R"("quorum_count":2,"quorum_percent":50,"on_failure":"skip"},"delegates":[{"to":"d"}],)"
          R"("delegate_join":{"mode":"wait_for_all","on_failure":"continue_partial"},"review":{"checkpoint_id":"r",)"
          R"("display_name":"n","reason":"w","ttl":"30m0s","allow_request_changes":false,"max_review_cycles":2}}},)"
          R"("completion_review":{"checkpoint_id":"f","max_review_cycles":3},"context_adapter":"p",)"
          R"("a2a":{"enabled":true,"auth":"public"}})"}});
}

TEST_CASE("edges may be written as to, next or the name alone, and those to nowhere are dropped") {
    check_rows(
        "AgentSystem",
        {{R"({"graph": {"a": {"edges": [{"to": "b"}, {"next": "c"}, "d", " ", {}, null, {"labels": {}}]}}})",
          {},
          R"({"graph":{"a":{"edges":[{"to":"b"},{"to":"c"},{"to":"d"}]}}})"}});
    const auto system = tests::spec_of<AgentSystemSpec>(
        "AgentSystem", R"({"graph": {"a": {"next": "b", "edges": ["c", "B", {"to": "d"}, "c"]}}})");
    CHECK(resource::successors(system.graph.at("a")) == std::vector<std::string>{"b", "c", "d"});
    CHECK(resource::successors({}).empty());
}

TEST_CASE("a join is coerced or refused as the original does") {
    check_rows(
        "AgentSystem",
        {
            {R"({"graph": {"a": {"join": {}}}})",
             {},
             R"({"graph":{"a":{"join":{"mode":"wait_for_all","on_failure":"deadletter"}}}})"},
            {R"({"graph": {"a": {"join": {"quorumCount": ^-1, "quorumPercent": ^140, "onFailure": "skip"}}}})",
             {"warning: spec.graph.a.join.quorum_count -1 counts as 0",
              "warning: spec.graph.a.join.quorum_percent 140 counts as 100"},
             R"({"graph":{"a":{"join":{"mode":"wait_for_all","quorum_percent":100,"on_failure":"skip"}}}})"},
            {R"({"graph": {"a": {"join": {"quorum_percent": ^-5}}}})",
             {"warning: spec.graph.a.join.quorum_percent -5 counts as 0"},
             R"({"graph":{"a":{"join":{"mode":"wait_for_all","on_failure":"deadletter"}}}})"},
            {R"({"graph": {"a": {"join": {"mode": ^"any"}}}})",
             {"error: invalid spec.graph.a.join.mode \"any\": expected wait_for_all or quorum"}},
            {R"({"graph": {"a": {"delegate_join": {"on_failure": ^"x"}}}})",
             {"error: invalid spec.graph.a.delegate_join.on_failure \"x\": expected deadletter, skip, or "
              "continue_partial"}},
        });
}

TEST_CASE("conditions are checked for what cannot hold") {
    struct Case {
        std::string condition;
        std::string words;
    };
    const std::string at = "error: spec.graph.a.edges[0].condition";
    const Case cases[] = {
        {R"({"output_matches": ^"("})", at + ".output_matches: invalid regex \"(\": missing ): ("},
        {R"({"output_matches": ^")" + std::string(513, 'x') + R"("})",
         at + ".output_matches: pattern exceeds 512 chars"},
        {R"({"output_json_path": ^"$.a"})", at + ": output_json_path requires at least one comparison "
                                                 "operator (equals, not_equals, contains, greater_than, "
                                                 "less_than)"},
        {R"({"output_json_path": ^"a", "equals": "1"})", at + ": output_json_path must start with \"$.\""},
        {R"(^{"equals": "1"})",
         at + ": comparison operators (equals, not_equals, etc.) require output_json_path"},
        {R"({"output_json_path": "$.a", "greater_than": ^"x"})",
         at + ".greater_than: must be a valid number: \"x\""},
        {R"({"output_json_path": "$.a", "less_than": ^"1,5"})",
         at + ".less_than: must be a valid number: \"1,5\""},
        {R"({"default": ^true, "output_contains": "x"})",
         at + ": default edge must not have other condition fields"},
    };
    for (const Case& c : cases) {
        const std::string spec =
            R"({"graph": {"a": {"edges": [{"to": "b", "condition": )" + c.condition + "}]}}}";
        check_rows("AgentSystem", {{spec, {c.words}}});
    }
    // 512 characters are counted as characters.
    std::string pattern;
    for (int i = 0; i < 512; ++i)
        pattern += "\xC3\xA4";
    const std::string spec = R"({"graph": {"a": {"edges": [{"to": "b", "condition": {"output_matches": ")" +
                             pattern + R"("}}]}}})";
    check_rows("AgentSystem", {{spec, {}}});
}

TEST_CASE("one default edge is enough, and a node does not delegate to itself") {
    check_rows(
        "AgentSystem",
        {{R"({"graph": {"a": {"edges": ^[{"to": "b", "condition": {"default": true}}, {"to": "c", "condition":
                    {"default": true}}]}}})",
          {"error: spec.graph.a.edges: at most one default edge is allowed, found 2"}},
         {R"({"graph": {"a": {"delegates": ^["b", "a"]}}})",
          {"error: spec.graph.a.delegates[1]: a node cannot delegate to itself"}}});
}

TEST_CASE("reviews have an id of their own") {
    const std::string reviews = "has no effect: reviews are not available in this version";
    check_rows(
        "AgentSystem",
        {{R"({"graph": {"a": {"review": ^{}}}})", {"error: spec.graph.a.review.checkpoint_id is required"}},
         {R"({"graph": {"a": {^"review": ^{"reason": "x"}}}})",
          {"warning: spec.graph.a.review " + reviews,
           "error: spec.graph.a.review.checkpoint_id is required"}},
         {R"({^"completion_review": {"checkpoint_id": "x", "ttl": ^"soon"}})",
          {"warning: spec.completion_review " + reviews,
           "error: invalid spec.completion_review.ttl \"soon\": expected a duration such as 30s, 1m30s or "
           "250ms"}},
         {R"({"graph": {"a": {^"review": {"checkpoint_id": "x"}}}, ^"completion_review": {"checkpoint_id": ^"X"}})",
          {"warning: spec.graph.a.review " + reviews, "warning: spec.completion_review " + reviews,
           "error: checkpoint_id \"X\" must be unique within the system (already used by "
           "spec.graph.a.review)"}},
         {R"({^"completion_review": {"checkpoint_id": "x", "max_review_cycles": 0}})",
          {"warning: spec.completion_review " + reviews},
          R"({"completion_review":{"checkpoint_id":"x","max_review_cycles":3}})"}});
}

TEST_CASE("a2a is bearer unless it says public") {
    check_rows("AgentSystem", {{R"({"a2a": {}})", {}, R"({"a2a":{"auth":"bearer"}})"},
                               {R"({"a2a": {"auth": ^"x"}})",
                                {"error: invalid spec.a2a.auth \"x\": expected bearer or public"}},
                               {R"({"graph": {"a": {^"edge": []}}})",
                                {"error: unknown field 'edge' in spec.graph.a | did you mean 'edges'?"}}});
}

} // namespace
