"""Writes the manifests that are too much: too long, too deep, or growing when read."""
import json

AGENT = "kind: Agent\nmetadata: {name: big}\nspec:\n  model_ref: main\n"


def write(name, text):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


levels = "".join(f"x-{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
write("alias-bomb.yaml", "x-0: &a0 [lol, lol, lol]\n" + levels + AGENT)
write("deep.yaml", "kind: Agent\nmetadata: {name: deep}\nspec:\n  model_ref: " + "[" * 200000 + "]" * 200000 + "\n")
write("deep-65.yaml", "x-a: " + "[" * 65 + "]" * 65 + "\n" + AGENT)
write("deep.json", '{"kind": "Agent", "spec": ' + '{"a":' * 100000 + "1" + "}" * 100000 + "}")
write("ten-mb.yaml", AGENT + '  prompt: "' + "word " * 2000000 + '"\n')
write("ten-mb-list.yaml", AGENT + "  tools:\n" + "    - tool\n" * 1100000)
write("ten-mb-many.yaml", "".join(f"---\nkind: Agent\nmetadata: {{name: agent-{i}}}\nspec: {{model_ref: main, prompt: {'x' * 1000}}}\n" for i in range(10000)))
write("commas.yaml", ",")
write("empty.yaml", "")
write("comment.yaml", "# nothing here\n---\n")
write("text.yaml", "hello\n")
write("list.yaml", "- kind: Agent\n")
write("nul.yaml", AGENT + "  prompt: \"a\0b\"\n")
write("control.yaml", "kind: Agent\nmetadata: {name: \"\\e[31mred\\e[0m\"}\nspec: {model_ref: \"\\e[2J\"}\n")
write("norway.yaml", "kind: Agent\nmetadata: {name: no}\nspec: {model_ref: yes, prompt: 010, limits: {max_steps: 010}}\n")
write("merge.yaml", "x-base: &base {model_ref: main, prompt: Base.}\nkind: Agent\nmetadata: {name: merged}\nspec: {<<: *base, prompt: Own.}\n")
write("duplicate-key.json", '{"kind": "Agent", "metadata": {"name": "twice", "name": "thrice"}, "spec": {"model_ref": "main"}}')
write("same-name-twice.yaml", AGENT + "---\n" + AGENT)
with open("not-utf-8.yaml", "wb") as file:
    file.write(b"kind: Agent\nmetadata: {name: caf\xe9}\n")
with open("utf-16.yaml", "wb") as file:
    file.write("kind: Agent\nmetadata: {name: wide}\nspec: {model_ref: main}\n".encode("utf-16"))
with open("bom.yaml", "wb") as file:
    file.write(b"\xef\xbb\xbf" + AGENT.replace("big", "bom").encode() )
with open("binary.yaml", "wb") as file:
    file.write(bytes(range(256)) * 10)
write("crlf.yaml", AGENT.replace("big", "crlf").replace("\n", "\r\n"))
write("list.json", json.dumps([1, 2]))
