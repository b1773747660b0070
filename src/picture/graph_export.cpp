// The drawing of a system for programs: JSON, Graphviz's DOT and Mermaid. Invariant: a name, whatever it is,
// stays inside its quotes.
#include "base/json.hpp"
#include "base/text.hpp"
#include "picture/graph_model.hpp"

namespace picture {

namespace {

/// A quoted string of DOT. Backslashes and entities mean something inside a label, so they are escaped, too.
std::string dot_quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : base::visible(text)) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '&')
            out += "&amp;";
        else
            out += c == '\t' ? ' ' : c;
    }
    return out + "\"";
}

/// A quoted string of Mermaid: what could end it, or mean Markdown or HTML, becomes an entity.
std::string mermaid_quoted(std::string_view text) {
    constexpr std::string_view special = "\"#<>&`\\|[](){};*_~";
    std::string out = "\"";
    for (const char c : base::visible(text)) {
        if (special.find(c) != std::string_view::npos)
            out += base::format("#{};", static_cast<int>(static_cast<unsigned char>(c)));
        else
            out += c == '\t' ? ' ' : c;
    }
    return out + "\"";
}

/// A word for what stands below the name.
std::string note_of(const Picture& picture, std::size_t i) {
    const run::NodePlan& node = picture.nodes[i];
    const Spot& spot = picture.spots[i];
    if (picture.of_a_run()) {
        std::string out(word_of(spot.standing));
        if (spot.turns > 0)
            out += base::format(", {}/{} tokens, {} ms", spot.used.input, spot.used.output, spot.duration_ms);
        return out;
    }
    return join_text(node.join, node.before);
}

std::string_view colour_of(Standing standing) {
    switch (standing) {
    case Standing::unknown:
        return "white";
    case Standing::waiting:
    case Standing::skipped:
        return "lightgrey";
    case Standing::running:
    case Standing::interrupted:
        return "khaki";
    case Standing::succeeded:
        return "palegreen";
    case Standing::failed:
        return "lightcoral";
    }
    return "white";
}

std::string edge_label(const run::EdgePlan& edge) {
    const std::string when = condition_text(edge);
    return when.starts_with("when ") ? when.substr(5) : when;
}

void write_edge(base::JsonWriter& out, const Picture& picture, std::size_t from, const run::EdgePlan& edge,
                std::string_view kind) {
    out.begin_object().member("from", picture.nodes[from].name).member("to", picture.nodes[edge.to].name);
    out.member("kind", kind);
    if (const std::string when = condition_text(edge); !when.empty()) out.member("condition", when);
    if (picture.of_a_run()) {
        const auto it = picture.spots[from].handed.find(edge.to);
        out.member("taken", it == picture.spots[from].handed.end() ? std::int64_t{0} : it->second);
    }
    out.end_object();
}

void write_node(base::JsonWriter& out, const Picture& picture, std::size_t i) {
    const run::NodePlan& node = picture.nodes[i];
    const Spot& spot = picture.spots[i];
    out.begin_object().member("name", node.name).member("agent", node.declared);
    if (!node.agent.model_ref.empty()) out.member("model_ref", node.agent.model_ref);
    out.member("entry", node.before == 0 && !node.reports_to);
    if (const std::string join = join_text(node.join, node.before); !join.empty()) out.member("join", join);
    if (node.reports_to) out.member("reports_to", picture.nodes[*node.reports_to].name);
    if (picture.of_a_run()) {
        out.member("status", word_of(spot.standing)).member("rounds", spot.turns).member("calls", spot.calls);
        out.key("usage").begin_object().member("input", spot.used.input).member("output", spot.used.output);
        out.member("source", spot.used.source).end_object();
        out.member("duration_ms", spot.duration_ms);
        if (!spot.error.empty()) out.member("error", spot.error);
    }
    out.end_object();
}

} // namespace

std::string graph_json(const Picture& picture) {
    base::JsonWriter out(base::JsonWriter::Style::indented);
    out.begin_object().member("apiVersion", "orloj.dev/v1");
    if (picture.of_a_run()) out.member("task", picture.task).member("phase", picture.phase);
    out.member("system", picture.system).member("namespace", picture.namespace_);
    out.key("nodes").begin_array();
    for (std::size_t i = 0; i < picture.nodes.size(); ++i)
        write_node(out, picture, i);
    out.end_array().key("edges").begin_array();
    for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
        for (const run::EdgePlan& edge : picture.nodes[i].next)
            write_edge(out, picture, i, edge, edge.again ? "next_round" : "hand_over");
        for (const run::EdgePlan& edge : picture.nodes[i].delegates)
            write_edge(out, picture, i, edge, "delegate");
    }
    return std::move(out.end_array().end_object()).take() + "\n";
}

std::string graph_dot(const Picture& picture) {
    std::string out = base::format("digraph {} {{\n  node [shape=box, style=\"rounded,filled\", "
                                   "fillcolor=white, fontname=\"sans-serif\"];\n",
                                   dot_quoted(picture.system));
    for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
        std::string label = dot_quoted(picture.nodes[i].name);
        if (const std::string note = note_of(picture, i); !note.empty()) {
            label.pop_back();
            label += "\\n" + dot_quoted(note).substr(1);
        }
        out +=
            base::format("  n{} [label={}, fillcolor={}];\n", i, label, colour_of(picture.spots[i].standing));
    }
    const auto edge_line = [&](std::size_t from, const run::EdgePlan& edge, std::string_view style) {
        out +=
            base::format("  n{} -> n{} [label={}{}];\n", from, edge.to, dot_quoted(edge_label(edge)), style);
    };
    for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
        for (const run::EdgePlan& edge : picture.nodes[i].next)
            edge_line(i, edge, edge.again ? ", constraint=false, color=blue" : "");
        for (const run::EdgePlan& edge : picture.nodes[i].delegates)
            edge_line(i, edge, ", style=dashed, dir=both");
    }
    return out + "}\n";
}

std::string graph_mermaid(const Picture& picture) {
    std::string out = "flowchart TD\n";
    for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
        std::string label = mermaid_quoted(picture.nodes[i].name);
        if (const std::string note = note_of(picture, i); !note.empty()) {
            label.pop_back();
            label += "<br/>" + mermaid_quoted(note).substr(1);
        }
        out += base::format("  n{}[{}]\n", i, label);
        if (picture.of_a_run())
            out += base::format("  style n{} fill:{}\n", i, colour_of(picture.spots[i].standing));
    }
    const auto edge_line = [&](std::size_t from, const run::EdgePlan& edge, std::string_view arrow) {
        const std::string label = edge_label(edge);
        out += base::format("  n{} {}{} n{}\n", from, arrow,
                            label.empty() ? "" : "|" + mermaid_quoted(label) + "|", edge.to);
    };
    for (std::size_t i = 0; i < picture.nodes.size(); ++i) {
        for (const run::EdgePlan& edge : picture.nodes[i].next)
            edge_line(i, edge, edge.again ? "==>" : "-->");
        for (const run::EdgePlan& edge : picture.nodes[i].delegates)
            edge_line(i, edge, "-.->");
    }
    return out;
}

} // namespace picture
