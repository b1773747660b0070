// Files, folders and standard input.
#include <filesystem>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "../schema/marked.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "folder.hpp"
#include "manifest/manifest.hpp"

namespace {

using manifest::Manifest;
using tests::Folder;

std::string agent(std::string_view name) {
    return base::format("kind: Agent\nmetadata: {{name: {}}}\nspec: {{model_ref: m}}\n", name);
}

std::string names(const Manifest& read) {
    std::string out;
    for (const manifest::Item& item : read.items) {
        if (!out.empty()) out += ' ';
        out += item.resource.metadata.namespace_ + "/" + item.resource.id() + (item.in_folder ? "*" : "");
    }
    return out;
}

std::string shown(const Manifest& read) {
    std::string out;
    for (const base::Diagnostic& d : read.diagnostics.all())
        out += render(d);
    return out;
}

std::string refusal(const std::vector<std::string>& paths) {
    try {
        (void)manifest::read(paths, {});
    } catch (const base::Error& error) {
        CHECK(error.fault() == base::Fault::usage);
        return error.message() + (error.hints().empty() ? "" : " | " + error.hints().front());
    }
    return "no error";
}

TEST_CASE("files are read in the order given, their documents in the order written") {
    const Folder folder;
    const std::string b = folder.write("b.yaml", agent("b1") + "---\n" + agent("b2"));
    const std::string a = folder.write("a.txt", agent("a"));
    const Manifest read = manifest::read({b, a}, {});
    CHECK(shown(read) == "");
    CHECK(names(read) == "default/agent/b1 default/agent/b2 default/agent/a");
    CHECK(read.files == 2);
    CHECK(render(read.items[1].resource.where) == b + ":5:1");
    CHECK(render(read.items[1].resource.place("metadata.name")) == b + ":6:18");
}

TEST_CASE("a folder is walked in order, without what is hidden and what is not a manifest") {
    const Folder folder;
    folder.write("z.yaml", agent("z"));
    folder.write("sub/b.yml", agent("b"));
    folder.write("a.json", R"({"kind": "Agent", "metadata": {"name": "a"}, "spec": {"model_ref": "m"}})");
    folder.write("UPPER.YAML", agent("upper"));
    folder.write(".git/config.yaml", "not: ours\n");
    folder.write(".hidden/x.yaml", agent("hidden"));
    folder.write("README.md", "# no");
    folder.write("compose.yaml", "services:\n  db: {image: x}\n");
    folder.write("package.json", R"({"name": "x", "version": 1})");
    folder.write("list.yaml", "- 1\n- 2\n");
    folder.write("empty.yaml", "# nothing\n---\n");
    const Manifest read = manifest::read({folder.path()}, {});
    CHECK(shown(read) == "");
    CHECK(names(read) == "default/agent/upper* default/agent/a* default/agent/b* default/agent/z*");
    CHECK(read.files == 8);
}

TEST_CASE("links and devices in a folder cannot lead elsewhere") {
    const Folder folder;
    const Folder elsewhere;
    folder.write("real/a.yaml", agent("a"));
    const std::string outside = elsewhere.write("secret.yaml", agent("outside"));
    std::filesystem::create_symlink(folder / "real/a.yaml", folder / "real/copy.txt");
    std::filesystem::create_symlink(folder / "nowhere.yaml", folder / "dangling.yaml");
    std::filesystem::create_directory_symlink(elsewhere.path(), folder / "linked");
    REQUIRE(::mkfifo((folder / "pipe.yaml").c_str(), 0600) == 0);
    CHECK(names(manifest::read({folder.path()}, {})) == "default/agent/a*");
    std::filesystem::create_symlink(folder / "real/a.yaml", folder / "inside.yaml");
    CHECK(manifest::manifests_below(folder.path()).size() == 2);
    std::filesystem::create_symlink(outside, folder / "out.yaml");
    CHECK(refusal({folder.path()}) == "'" + (folder / "out.yaml") + "' is a link that leads out of '" +
                                          folder.path() + "' | name the file itself");
}

TEST_CASE("what cannot be read is said before anything else") {
    const Folder folder;
    folder.write("notes.txt", "x");
    CHECK(refusal({folder / "missing.yaml"}) ==
          "cannot read '" + (folder / "missing.yaml") + "': no such file or folder");
    CHECK(refusal({folder.path()}) ==
          "no manifest files found in '" + folder.path() +
              "' | a folder is searched for files that end in .yaml, .yml or .json");
}

TEST_CASE("standard input is shown as such") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const base::Fd saved(::dup(STDIN_FILENO));
    REQUIRE(::dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    ::close(ends[0]);
    base::write_all(ends[1], agent("a") + "extra: 1\n");
    ::close(ends[1]);
    const Manifest read = manifest::read({"-"}, {});
    if (saved) ::dup2(saved.get(), STDIN_FILENO);
    CHECK(shown(read) ==
          "<stdin>:4:1: error: unknown field 'extra'\n"
          "  4 | extra: 1\n"
          "    | ^\n"
          "  hint: a document has apiVersion, kind, metadata and spec; your own keys start with x-\n");
}

TEST_CASE("a list holds its documents under items") {
    const Folder folder;
    const std::string yaml =
        folder.write("l.yaml", "apiVersion: orloj.dev/v1\nitems:\n- kind: Agent\n  metadata: {name: a}\n"
                               "  spec: {model_ref: m}\n- kind: Agent\n  metadata: {name: b}\n  spec: {}\n");
    const Manifest read = manifest::read({yaml}, {});
    CHECK(names(read) == "default/agent/a");
    CHECK(shown(read) == yaml + ":8:9: error: spec.model_ref is required\n"
                                "  8 |   spec: {}\n"
                                "    |         ^\n"
                                "  hint: name a ModelEndpoint: model_ref: openai-default\n");
    const std::string json =
        folder.write("l.json", R"({"kind": "List", "items": [{"kind": "Agent", "metadata": {"name": "c"},
        "spec": {"model_ref": "m"}}, null]})");
    const Manifest list = manifest::read({json}, {});
    CHECK(shown(list) == "");
    CHECK(names(list) == "default/agent/c");
}

TEST_CASE("the namespace asked for wins over the document's") {
    const Folder folder;
    const std::string file =
        folder.write("a.yaml", "kind: Agent\nmetadata: {name: a, namespace: b}\nspec: {model_ref: m}\n");
    CHECK(names(manifest::read({file}, {})) == "b/agent/a");
    CHECK(names(manifest::read({file}, {schema::Unknown::error, "c"})) == "c/agent/a");
}

TEST_CASE("unknown fields can be allowed") {
    const Folder folder;
    const std::string file = folder.write(
        "a.yaml", "kind: Agent\nx-mine: 1\nextra: 1\nmetadata: {name: a}\nspec: {model_ref: m, prmpt: x}\n");
    CHECK(names(manifest::read({file}, {})) == "");
    const Manifest read = manifest::read({file}, {schema::Unknown::warning, ""});
    CHECK(names(read) == "default/agent/a");
    CHECK(tests::complaints(read.diagnostics) ==
          "3:1 warning: unknown field 'extra' | a document has apiVersion, kind, metadata and spec; your own "
          "keys start with x-\n"
          "5:22 warning: unknown field 'prmpt' in spec | did you mean 'prompt'?\n");
}

TEST_CASE("a name given twice is refused, also across files") {
    const Folder folder;
    const std::string a = folder.write("a.yaml", agent("same"));
    const std::string b = folder.write("b.yaml", agent("other") + "---\n" + agent("same"));
    CHECK(shown(manifest::read({a, b}, {})) == b +
                                                   ":6:18: error: agent/same is given twice\n"
                                                   "  6 | metadata: {name: same}\n"
                                                   "    |                  ^\n"
                                                   "  hint: the other one is at " +
                                                   a + ":2:18\n");
    const std::string c =
        folder.write("c.yaml", "kind: Agent\nmetadata: {name: same, namespace: b}\nspec: {model_ref: m}\n");
    CHECK(shown(manifest::read({a, c}, {})) == "");
}

TEST_CASE("a file that was named must hold a manifest") {
    const Folder folder;
    const std::string empty = folder.write("empty.yaml", "# nothing\n");
    CHECK(shown(manifest::read({empty}, {})) == empty + ":1:1: error: the file holds no manifest\n"
                                                        "  1 | # nothing\n"
                                                        "    | ^\n"
                                                        "  hint: a manifest starts with kind: ...\n");
    const std::string other = folder.write("compose.yaml", "services: {}\n");
    CHECK(tests::complaints(manifest::read({other}, {}).diagnostics) ==
          "1:1 error: unknown field 'services' | a document has apiVersion, kind, metadata and spec; your "
          "own keys start "
          "with x-\n"
          "1:1 error: kind is required | add a line such as kind: Agent\n");
    const std::string list = folder.write("list.yaml", "- kind: Agent\n");
    CHECK(tests::complaints(manifest::read({list}, {}).diagnostics) ==
          "1:1 error: a document must be a map with kind, metadata and spec\n");
}

TEST_CASE("what is wrong with a secret is said without showing it") {
    const Folder folder;
    const std::string hidden = "sk-live-0123456789";
    for (const std::string& text : {
             "kind: Secret\nmetadata: {name: s}\nspec:\n  data:\n    value: " + hidden + "!\n",
             "kind: Secret\nmetadata: {name: s}\nspec:\n  value: " + hidden + "\n",
             "kind: Secret\nmetadata: {name: s}\nspec:\n  stringData:\n    value: \"" + hidden + "\n",
             "kind: Secret\nmetadata: {name: s}\nspec:\n  stringData: {value: a, value: " + hidden + "}\n",
             "{\"kind\": \"Secrte\", \"metadata\": {\"name\": \"s\"}, \"spec\": {\"data\": {\"value\": \"" +
                 hidden + "\"}}}",
             "{items: [{\"kind\" : \"secret\", metadata: {name: s}, spec: {data: {value: " + hidden + "}}}]}",
             "metadata: {name: s}\nspec: {stringData: {value: " + hidden + "}}\nkid: Secret\n",
         }) {
        CAPTURE(text);
        const Manifest read = manifest::read({folder.write("s.yaml", text)}, {});
        CHECK(read.diagnostics.has_errors());
        CHECK(shown(read).find(hidden) == std::string::npos);
    }
    const std::string mixed =
        folder.write("m.yaml", "kind: Agent\nmetadata: {name: a}\nspec: {}\n---\nkind: Secret\n"
                               "metadata: {name: s}\nspec: {data: {v: '" +
                                   hidden +
                                   "!'}}\n---\n"
                                   "kind: Task\nmetadata: {name: t}\nspec: {}\n");
    CHECK(shown(manifest::read({mixed}, {})) ==
          mixed +
              ":3:7: error: spec.model_ref is required\n"
              "  3 | spec: {}\n"
              "    |       ^\n"
              "  hint: name a ModelEndpoint: model_ref: openai-default\n" +
              mixed +
              ":7:18: error: spec.data.v must be valid base64\n"
              "  hint: plain text goes under spec.stringData\n" +
              mixed +
              ":11:7: error: spec.system is required when spec.mode is run\n"
              "  11 | spec: {}\n"
              "     |       ^\n"
              "  hint: name the AgentSystem to run: system: my-system\n");
}

} // namespace

TEST_CASE("several JSON documents: one a line, or apart by ---, each complaint at its line") {
    const std::string a =
        R"({"kind":"Agent","metadata":{"name":"a"},"spec":{"model_ref":"m","prompt":"\ud83d\ude00"}})";
    const std::string b =
        "{\n \"kind\": \"Agent\",\n \"metadata\": {\"name\": \"b\"},\n \"spec\": {\"model\": \"x\"}\n}";
    for (const std::string& text : {a + "\n\n" + a + "\n", a + "\n---\n" + a}) {
        base::Diagnostics diagnostics;
        const auto documents = manifest::parse("a.json", text, diagnostics);
        CHECK(diagnostics.all().empty());
        REQUIRE(documents.size() == 2);
        CHECK(documents[1]->find("spec")->text_of("prompt") == "\U0001F600");
        CHECK(documents[1]->mark.line == 3);
    }
    base::Diagnostics diagnostics;
    const auto documents = manifest::parse("a.json", a + "\n---\n" + b, diagnostics);
    REQUIRE(documents.size() == 2);
    CHECK(documents[1]->find("spec")->find("model")->mark.line == 6);
    CHECK(manifest::parse("a.json", a + "\n{\"kind\": }\n", diagnostics).empty());
    CHECK(diagnostics.has_errors());
}
