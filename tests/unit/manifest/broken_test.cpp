// Twenty manifests, each broken in its own way: one report with every complaint, sorted by place.
#include <string>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "folder.hpp"
#include "manifest/manifest.hpp"

namespace {

struct Broken {
    std::string_view yaml;
    std::string_view said; // after the file's name
};

const Broken manifests[] = {
    {"kind: Agnet\nmetadata: {name: a}\n", "1:7: error: unsupported kind \"Agnet\"\n"
                                           "  1 | kind: Agnet\n"
                                           "    |       ^\n"
                                           "  hint: did you mean 'Agent'?\n"},
    {"metadata: {name: a}\n", "1:1: error: kind is required\n"
                              "  1 | metadata: {name: a}\n"
                              "    | ^\n"
                              "  hint: add a line such as kind: Agent\n"},
    {"kind: Agent\nspec: {model_ref: m}\n", "1:1: error: metadata.name is required\n"
                                            "  1 | kind: Agent\n"
                                            "    | ^\n"},
    {"kind: Agent\nmetadata: {name: a b}\nspec: {model_ref: m}\n",
     "2:18: error: metadata.name \"a b\" must not contain '/', spaces, or whitespace\n"
     "  2 | metadata: {name: a b}\n"
     "    |                  ^\n"},
    {"kind: Agent\nmetadata: {name: c}\n", "1:1: error: spec.model_ref is required\n"
                                           "  1 | kind: Agent\n"
                                           "    | ^\n"
                                           "  hint: name a ModelEndpoint: model_ref: openai-default\n"},
    {"kind: Agent\nmetadata: {name: d}\nspec:\n  model: gpt-4o\n",
     "4:3: error: spec.model has been removed; use spec.model_ref\n"
     "  4 |   model: gpt-4o\n"
     "    |   ^\n"
     "  hint: declare a ModelEndpoint whose default_model is that model, and name it: model_ref: NAME\n"},
    {"kind: Agent\nmetadata: {name: e}\nspec:\n  model_ref: m\n  promt: hi\n",
     "5:3: error: unknown field 'promt' in spec\n"
     "  5 |   promt: hi\n"
     "    |   ^\n"
     "  hint: did you mean 'prompt'?\n"},
    {"kind: Agent\nmetadata: {name: f}\nspec:\n  model_ref: m\n  limits:\n    max_steps: six\n    timeout: "
     "10 seconds\n",
     "6:16: error: invalid spec.limits.max_steps value \"six\": expected a whole number\n"
     "  6 |     max_steps: six\n"
     "    |                ^\n"
     "7:14: error: invalid spec.limits.timeout \"10 seconds\": expected a duration such as 30s, 1m30s or "
     "250ms\n"
     "  7 |     timeout: 10 seconds\n"
     "    |              ^\n"},
    {"kind: Agent\nmetadata: {name: g}\nspec:\n  model_ref: m\n  tools: search\n",
     "5:3: warning: spec.tools has no effect: tools are not available in this version\n"
     "  5 |   tools: search\n"
     "    |   ^\n"
     "5:10: error: spec.tools must be a list, not text\n"
     "  5 |   tools: search\n"
     "    |          ^\n"
     "  hint: write [search]\n"},
    {"kind: Agent\nmetadata: {name: h}\nspec:\n  model_ref: m\n  model_ref: n\n",
     "5:3: error: duplicate key 'model_ref'\n"
     "  5 |   model_ref: n\n"
     "    |   ^\n"
     "  hint: the first one is in line 4\n"},
    {"kind: Agent\nmetadata: {name: i}\nspec:\n\tmodel_ref: m\n",
     "4:11: error: not valid YAML: illegal map value\n"
     "  4 | \tmodel_ref: m\n"
     "    | \t         ^\n"
     "  hint: indent with spaces: YAML does not take tabs for it\n"},
    {"kind: ModelEndpoint\nmetadata: {name: j}\nspec: {provider: openai}\n",
     "3:7: error: spec.default_model is required\n"
     "  3 | spec: {provider: openai}\n"
     "    |       ^\n"
     "  hint: name the model to ask (for Azure the deployment): default_model: NAME\n"},
    {"kind: ModelEndpoint\nmetadata: {name: k}\nspec:\n  default_model: m\n  allowPrivate: yes\n",
     "5:17: error: invalid spec.allowPrivate value \"yes\": expected true or false\n"
     "  5 |   allowPrivate: yes\n"
     "    |                 ^\n"},
    {"kind: Secret\nmetadata: {name: l}\nspec: {}\n",
     "3:7: error: spec has no values\n"
     "  hint: put the key under spec.stringData: {value: ...}\n"},
    {"kind: Task\nmetadata: {name: m}\nspec: {mode: once}\n",
     "3:14: error: invalid spec.mode \"once\": expected run or template\n"
     "  3 | spec: {mode: once}\n"
     "    |              ^\n"},
    {"kind: Task\nmetadata: {name: n}\nspec: {max_turns: -1, system: s}\n",
     "3:19: error: invalid spec.max_turns -1: expected >= 0\n"
     "  3 | spec: {max_turns: -1, system: s}\n"
     "    |                   ^\n"},
    {"kind: AgentSystem\nmetadata: {name: o}\nspec:\n  graph: {a: {join: {mode: any}}}\n",
     "4:28: error: invalid spec.graph.a.join.mode \"any\": expected wait_for_all or quorum\n"
     "  4 |   graph: {a: {join: {mode: any}}}\n"
     "    |                            ^\n"},
    {"kind: AgentPolicy\nmetadata: {name: p}\nspec: {apply_mode: everywhere}\n",
     "3:20: error: invalid spec.apply_mode \"everywhere\": expected scoped or global\n"
     "  3 | spec: {apply_mode: everywhere}\n"
     "    |                    ^\n"},
    {"[1, 2]\n", "1:1: error: a document must be a map with kind, metadata and spec\n"
                 "  1 | [1, 2]\n"
                 "    | ^\n"},
    {"kind: [Agent]\nmetadata: {name: q}\nspec: {model_ref: m}\n",
     "1:7: error: kind must be text, not a list\n"
     "  1 | kind: [Agent]\n"
     "    |       ^\n"
     "  hint: add a line such as kind: Agent\n"},
};

TEST_CASE("twenty broken manifests give one report") {
    const tests::Folder folder;
    std::vector<std::string> paths;
    std::string expected;
    std::size_t n = 0;
    for (const Broken& broken : manifests) {
        const std::string file = folder.write(base::format("m{:02}.yaml", n++), broken.yaml);
        paths.insert(paths.begin(), file); // in another order than they are sorted
        for (const std::string_view line : base::split(broken.said, '\n')) {
            if (line.empty()) continue;
            const bool place = line.front() != ' ';
            expected += (place ? file + ":" : "") + std::string(line) + "\n";
        }
    }
    const manifest::Manifest read = manifest::read(paths, {});
    CHECK(read.items.empty());
    CHECK(read.files == std::size(manifests));
    std::string shown;
    for (const base::Diagnostic& d : read.diagnostics.all())
        shown += render(d);
    CHECK(shown == expected);
}

} // namespace
