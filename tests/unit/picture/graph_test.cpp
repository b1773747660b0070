#include <doctest/doctest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "picture/graph_model.hpp"
#include "schema/tree.hpp"

namespace {

using resource::AgentSystemSpec;

resource::Route to(std::string agent) {
    resource::Route route;
    route.to = std::move(agent);
    return route;
}

picture::Picture draw(AgentSystemSpec spec, const std::string& name = "s") {
    resource::Resource system;
    system.metadata.name = name;
    system.spec = std::move(spec);
    return picture::picture_of(system, [](const resource::Kind&, const resource::Name&) {
        return std::optional<resource::Resource>();
    });
}

TEST_CASE("graph: lanes part, cross and meet") {
    AgentSystemSpec spec;
    spec.agents = {"a", "b", "c", "d", "e"};
    spec.graph["a"].edges = {to("b"), to("c"), to("d")};
    spec.graph["b"].next = "e";
    spec.graph["c"].next = "d";
    spec.graph["d"].next = "e";
    CHECK(picture::graph_text(draw(spec), {}) == "System: s (5 agents)\n\n"
                                                 "●     a\n"
                                                 "├─┬─╮\n"
                                                 "● │ │ b\n"
                                                 "│ ● │ c\n"
                                                 "│ ├─╯\n"
                                                 "│ ●   d\n"
                                                 "│ │       waits for all 2\n"
                                                 "├─╯\n"
                                                 "●     e\n"
                                                 "          waits for all 2\n");
    picture::Canvas ascii;
    ascii.ascii = true;
    CHECK(picture::graph_text(draw(spec), ascii).find("+-+-.") != std::string::npos);
}

TEST_CASE("graph: what a name says stays a name") {
    AgentSystemSpec spec;
    spec.agents = {"a\"];x[", "b\\N&lt;", "c\x1b[31m\n"};
    CHECK(picture::graph_dot(draw(spec, "q\"{")) ==
          "digraph \"q\\\"{\" {\n"
          "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];\n"
          "  n0 [label=\"a\\\"];x[\", fillcolor=white];\n"
          "  n1 [label=\"b\\\\N&amp;lt;\", fillcolor=white];\n"
          "  n2 [label=\"c\\\\x1b[31m\\\\n\", fillcolor=white];\n"
          "  n0 -> n1 [label=\"\"];\n"
          "  n1 -> n2 [label=\"\"];\n"
          "}\n");
    CHECK(picture::graph_mermaid(draw(spec)) == "flowchart TD\n"
                                                "  n0[\"a#34;#93;#59;x#91;\"]\n"
                                                "  n1[\"b#92;N#38;lt#59;\"]\n"
                                                "  n2[\"c#92;x1b#91;31m#92;n\"]\n"
                                                "  n0 --> n1\n"
                                                "  n1 --> n2\n");
    CHECK(schema::parse_json(picture::graph_json(draw(spec))));
}

TEST_CASE("graph: what cannot run cannot be drawn") {
    AgentSystemSpec spec;
    spec.agents = {"a"};
    spec.graph["a"].next = "b";
    std::string message;
    try {
        (void)draw(spec);
    } catch (const base::Error& error) {
        message = error.message();
    }
    CHECK(message == "agent-system 's' cannot be drawn: graph edge \"a\" -> \"b\" points to unknown agent");
}

TEST_CASE("graph: many alike stand on one line, and every width holds it") {
    AgentSystemSpec spec;
    spec.agents = {"start", "end"};
    for (int i = 0; i < 200; ++i) {
        const std::string name = "w" + std::to_string(i);
        spec.agents.push_back(name);
        spec.graph["start"].edges.push_back(to(name));
        spec.graph[name].next = "end";
    }
    CHECK(picture::graph_text(draw(spec), {}) == "System: s (202 agents)\n\n"
                                                 "● start\n"
                                                 "● 200 agents: w0, w1, w2, ...\n"
                                                 "● end\n"
                                                 "      waits for all 200\n");
}

TEST_CASE("graph: where lanes have no room, a list; no line is too long") {
    AgentSystemSpec spec;
    for (int i = 0; i < 30; ++i) {
        const std::string name = "agent-" + std::to_string(i);
        spec.agents.push_back(name);
        for (int k = i + 1; k < 30; k += 1 + i % 3)
            spec.graph[name].edges.push_back(to("agent-" + std::to_string(k)));
    }
    const picture::Picture picture = draw(spec);
    for (const std::size_t columns : {30U, 40U, 80U, 200U}) {
        CAPTURE(columns);
        const std::string text = picture::graph_text(picture, {columns, true, false, false});
        for (const std::string_view line : base::split(text, '\n'))
            CHECK(base::display_width(line) <= columns);
    }
    CHECK(picture::graph_text(picture, {40, true, false, true})
              .find("* agent-1 -> agent-2, agent-4, agent-...\n") != std::string::npos);
}

} // namespace
