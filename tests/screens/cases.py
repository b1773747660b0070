"""The sessions. Each is a function that gets a Stage (run.py) and captures screens."""

NOTE = """apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata: {name: main}
spec: {provider: openai-compatible, base_url: "http://127.0.0.1:PORT/v1", default_model: m, allowPrivate: true}
---
apiVersion: orloj.dev/v1
kind: Agent
metadata: {name: writer}
spec: {model_ref: main, prompt: Write.}
---
apiVersion: orloj.dev/v1
kind: AgentSystem
metadata: {name: note}
spec: {agents: [writer]}
---
apiVersion: orloj.dev/v1
kind: Task
metadata: {name: tides}
spec: {system: note, input: {topic: tides}}
"""


def with_note(stage, **settings):
    server = stage.serve("main", **settings)
    stage.write("note.yaml", NOTE.replace("PORT", str(server.port)))
    terminal = stage.terminal()
    terminal.type("orloj apply -q --no-run -f note.yaml; clear")
    terminal.wait_for_prompt(0)
    return server, terminal


def an_answer_is_shown_as_it_comes(stage):
    server, terminal = with_note(stage)
    terminal.type("orloj run task/tides")
    stage.capture("after the first piece", terminal.wait_for("The tide"))
    server.release()
    stage.capture("at the end", terminal.wait_for_prompt(0))


def ctrl_c_finishes_what_is_under_way(stage):
    server, terminal = with_note(stage)
    terminal.type("orloj run task/tides")
    before = terminal.wait_for("The tide")
    terminal.press("C-c")
    stage.capture("after Ctrl-C", terminal.wait_for("Ctrl-C", since=before))
    server.release()
    stage.capture("when the answer was there", terminal.wait_for_prompt("(0|130)"))
    terminal.type("clear; orloj resume task/tides")
    stage.capture("resumed", terminal.wait_for_prompt(0))


def ctrl_c_twice_stops_at_once(stage):
    server, terminal = with_note(stage)
    terminal.type("orloj run task/tides")
    before = terminal.wait_for("The tide")
    terminal.press("C-c")
    terminal.wait_for("Ctrl-C", since=before)
    terminal.press("C-c")
    stage.capture("after the second Ctrl-C", terminal.wait_for_prompt(130))
    server.release()
    terminal.type("clear; orloj resume task/tides")
    terminal.wait_for("The tide")
    server.release()
    stage.capture("resumed", terminal.wait_for_prompt(0))


def logs_follow_a_run_in_another_terminal(stage):
    server, terminal = with_note(stage)
    other = stage.terminal()
    terminal.type("orloj run task/tides")
    terminal.wait_for("The tide")
    other.type("orloj logs -f task/tides")
    stage.capture("while it runs", other.wait_for("main"))
    server.release()
    stage.capture("when it has ended", other.wait_for_prompt(0))


def ctrl_c_leaves_what_only_looks(stage):
    server, terminal = with_note(stage)
    other = stage.terminal()
    terminal.type("orloj run -q task/tides")
    terminal.wait_for("The tide")
    for command in ("orloj logs -f task/tides", "orloj wait task/tides"):
        other.type(command)
        other.wait_for(r"http.*\s*\Z|wait task/tides\s*\Z")
        other.press("C-c")
        seen = other.wait_for_prompt(130)
        stage.capture(command, seen[seen.index(command):])
    server.release()
    stage.capture("the run", terminal.wait_for_prompt(0))


def a_typed_key_is_not_shown(stage):
    terminal = stage.terminal()
    terminal.type("orloj create secret key")
    stage.capture("the question", terminal.wait_for("value.*:"))
    terminal.answer("sk-typed-0123456789")
    stage.capture("typed", terminal.wait_for_prompt(0))
    terminal.type("clear; orloj create secret other")
    terminal.wait_for(": *$")
    terminal.press("C-c")
    terminal.wait_for_prompt(130)
    terminal.type("echo what is typed is shown again")
    stage.capture("after Ctrl-C", terminal.wait_for_prompt(0))


def a_bar_keeps_within_the_window(stage):
    half = {"status": "pulling 8934d96d3f08", "digest": "sha256:8934", "total": 4700000000}
    steps = [{**half, "completed": 1000000000 + step} for step in range(200)]  # Too quick ones are not drawn.
    stage.serve("main", pull=({"status": "pulling manifest"}, steps[0], *steps, {**half, "completed": 2400000000}, *steps))
    stage.write("ollama.yaml", f"""apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata: {{name: local}}
spec: {{provider: ollama, base_url: "http://127.0.0.1:{stage.servers['main'].port}", default_model: llama3.1}}
""")
    terminal = stage.terminal()
    terminal.type("orloj apply -q -f ollama.yaml")
    terminal.wait_for_prompt(0)
    terminal.type("clear; orloj models pull llama3.1")
    terminal.wait_for("pulling manifest")
    stage.servers["main"].release()
    stage.capture("80 columns", terminal.wait_for("4.7 GB *$"))
    terminal.resize(40, 24)
    terminal.wait_for(r"\[=+>? *\] *$", since=terminal.screen("-J"), meanwhile=stage.servers["main"].release)
    stage.capture("40 columns: the last line", terminal.screen().splitlines()[-1] + "\n")
    terminal.press("C-c")
    stage.capture("after Ctrl-C", "\n".join(terminal.wait_for_prompt(130).splitlines()[-3:]) + "\n")


def a_watched_list_goes_on(stage):
    server, terminal = with_note(stage)
    other = stage.terminal()
    other.type("orloj get tasks -w")
    other.wait_for("Pending")
    terminal.type("orloj run -q task/tides")
    other.wait_for("Running")
    server.release()
    other.wait_for("Succeeded")
    other.press("C-c")
    stage.capture("in 80 columns", other.wait_for_prompt(130))
    other.resize(40, 24)
    other.type("clear; orloj get model-endpoints")
    stage.capture("in 40 columns", other.wait_for_prompt(0))


def an_edit_is_not_lost(stage):
    _, terminal = with_note(stage)
    stage.write("editor.sh", "printf 'in the editor: ' > /dev/tty; read word < /dev/tty; sed -i \"s/$word/\" \"$1\"\n")
    terminal.type("EDITOR='sh editor.sh' orloj edit agent/writer")
    terminal.wait_for("in the editor: *$")
    terminal.answer("model_ref: main/model_rf: main")
    stage.capture("a mistake opens the editor again", terminal.wait_for("in the editor(?s:.*)in the editor: *$"))
    terminal.answer("model_rf: main/model_ref: main2")
    stage.capture("the corrected one is stored", terminal.wait_for_prompt(0))
    terminal.type("clear; EDITOR='sh editor.sh' orloj edit agent/writer")
    terminal.wait_for("in the editor: *$")
    terminal.press("C-c")
    stage.capture("Ctrl-C in the editor", terminal.wait_for_prompt("[0-9]+"))


def colour_is_for_people(stage):
    _, terminal = with_note(stage)
    for title, command in (("on a terminal", "orloj get agents; orloj get nothing"),
                           ("forbidden", "NO_COLOR=1 orloj get agents; orloj get nothing --no-color"),
                           ("in a pipe", "orloj get agents | cat"),
                           ("forced", "CLICOLOR_FORCE=1 orloj get agents | cat")):
        terminal.type(f"clear; {command}")
        terminal.wait_for_prompt("[0-9]+")
        stage.capture(title, terminal.screen("-e").replace("\x1b", "<ESC>"))


CASES = (an_answer_is_shown_as_it_comes, ctrl_c_finishes_what_is_under_way, ctrl_c_twice_stops_at_once,
         logs_follow_a_run_in_another_terminal, ctrl_c_leaves_what_only_looks, a_typed_key_is_not_shown, a_bar_keeps_within_the_window,
         a_watched_list_goes_on, an_edit_is_not_lost, colour_is_for_people)
