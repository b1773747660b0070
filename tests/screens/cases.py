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


NEWS = """apiVersion: orloj.dev/v1
kind: ModelEndpoint
metadata: {name: main}
spec: {provider: openai-compatible, base_url: "http://127.0.0.1:MAIN/v1", default_model: gpt-large, allowPrivate: true}
---
kind: ModelEndpoint
metadata: {name: busy}
spec:
  provider: openai-compatible
  base_url: "http://127.0.0.1:BUSY/v1"
  default_model: gpt-small
  allowPrivate: true
  options: {max_concurrency: "1"}
---
kind: ModelEndpoint
metadata: {name: last}
spec: {provider: openai-compatible, base_url: "http://127.0.0.1:LAST/v1", default_model: gpt-large, allowPrivate: true}
---
kind: Agent
metadata: {name: researcher}
spec: {model_ref: main, prompt: Look.}
---
kind: Agent
metadata: {name: checker-of-facts-and-figures}
spec: {model_ref: busy, prompt: Check.}
---
kind: Agent
metadata: {name: 記者}
spec: {model_ref: busy, prompt: Check.}
---
kind: Agent
metadata: {name: writer}
spec: {model_ref: last, prompt: Write.}
---
kind: AgentSystem
metadata: {name: news}
spec:
  agents: [researcher, checker-of-facts-and-figures, 記者, writer]
  graph:
    researcher: {edges: [{to: writer}]}
    checker-of-facts-and-figures: {edges: [{to: writer}]}
    記者: {edges: [{to: writer}]}
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
    stage.capture("after the first piece", terminal.wait_for("The tide *\n\n.* writer"))
    server.release()
    stage.capture("at the end", terminal.wait_for_prompt(0))


def ctrl_c_finishes_what_is_under_way(stage):
    server, terminal = with_note(stage)
    terminal.type("orloj run task/tides")
    terminal.wait_for("The tide")
    terminal.press("C-c")
    stage.capture("after Ctrl-C", terminal.wait_for("Ctrl-C"))
    server.release()
    stage.capture("when the answer was there", terminal.wait_for_prompt("(0|130)"))
    terminal.type("clear; orloj resume task/tides")
    stage.capture("resumed", terminal.wait_for_prompt(0))


def ctrl_c_twice_stops_at_once(stage):
    server, terminal = with_note(stage)
    terminal.type("orloj run task/tides")
    terminal.wait_for("The tide")
    terminal.press("C-c")
    terminal.wait_for("Ctrl-C")
    terminal.press("C-c")
    stage.capture("after the second Ctrl-C", terminal.wait_for_prompt(130))
    server.release()
    terminal.type("clear; orloj resume task/tides")
    terminal.wait_for("The tide")
    server.release()
    stage.capture("resumed", terminal.wait_for_prompt(0))


def lines_where_a_view_is_not_wanted(stage):
    server, terminal = with_note(stage)
    for title, command, seen in (("-v", "orloj run -v task/tides", "starts"),
                                 ("dumb", "TERM=dumb orloj resume task/tides", "resumed")):
        terminal.type(f"clear; {command}")
        terminal.wait_for(f"{seen}(?s:.*)The tide")
        terminal.press("C-c")
        terminal.wait_for("again stops at once")
        terminal.press("C-c")
        stage.capture(title, terminal.wait_for_prompt(130))
        server.release()


def with_news(stage, columns, **variables):
    main = stage.serve("main", pieces=("Two tides ", "a day."))
    busy = stage.serve("busy", pieces=("All ", "true."), refusals=1)
    last = stage.serve("last", pieces=("The moon pulls the water, ", "and the earth turns\nunder it. ", "世界🌊", "!"))
    ports = {"MAIN": main.port, "BUSY": busy.port, "LAST": last.port}
    text = NEWS
    for word, port in ports.items():
        text = text.replace(word, str(port))
    stage.write("news.yaml", text)
    terminal = stage.terminal(columns=columns, **variables)
    terminal.type("orloj apply -q -f news.yaml; clear")
    terminal.wait_for_prompt(0)
    return main, busy, last, terminal


def the_agents_at_work(stage, columns, narrower):
    main, busy, _, terminal = with_news(stage, columns)
    terminal.type("orloj run --system news")
    stage.capture("one writes, one pauses", terminal.wait_for("retry in(?s:.*)Two tides"))
    terminal.resize(narrower, 24)
    stage.capture("narrower", terminal.wait_for(r"Two tides\n {3}0 of \d [^\n]*\Z", since=terminal.screen("-J"), exact=True))
    terminal.resize(columns, 24)
    terminal.press("C-c")
    stage.capture("after Ctrl-C", terminal.wait_for("stopping"))
    main.release()
    stage.capture("at the end", terminal.wait_for_prompt(130))
    busy.release()


def the_agents_in_80_columns(stage):
    the_agents_at_work(stage, 80, 60)


def the_agents_in_40_columns(stage):
    the_agents_at_work(stage, 40, 30)


def the_agents_in_120_columns(stage):
    the_agents_at_work(stage, 120, 90)


def an_answer_above_the_agents(stage):
    main, busy, last, terminal = with_news(stage, 60)
    busy.refusals = 0
    terminal.type("orloj run --system news")
    terminal.wait_for("▶ researcher +writing")
    main.release()
    terminal.wait_for("✓ researcher")
    busy.release()
    terminal.wait_for("✓ checker")
    busy.release()
    stage.capture("its beginning", terminal.wait_for("the water, *\n\n(?s:.*)▶ writer +writing"))
    last.release()
    stage.capture("its second line", terminal.wait_for("under it\\. *\n\n(?s:.*)▶ writer +writing"))
    terminal.press("C-z")
    stage.capture("after Ctrl-Z", terminal.wait_for_prompt(148))
    terminal.type("fg")
    terminal.wait_for("3 of 4")
    last.release()
    stage.capture("after fg", terminal.wait_for("世界🌊 *\n\n(?s:.*)3 of 4"))
    last.release()
    stage.capture("at the end", terminal.wait_for_prompt(0))
    terminal.type("clear; orloj run --system news > answer.txt")
    main.release(5)
    busy.release(5)
    seen = terminal.wait_for("writer: The moon pulls")  # How wide columns are depends on what they have held.
    stage.capture("while it goes to a file: the last lines", "\n".join(seen.splitlines()[-2:]) + "\n")
    last.release(3)
    terminal.wait_for_prompt(0)
    terminal.type("clear; cat answer.txt")
    stage.capture("the answer in a file", terminal.wait_for_prompt(0))


def colour_of_the_agents(stage):
    for title, variables in (("on a terminal", {}), ("forbidden", {"NO_COLOR": "1"}), ("without UTF-8", {"LC_ALL": "C"})):
        main, _, _, terminal = with_news(stage, 80, **variables)
        terminal.type("orloj run --system news")
        terminal.wait_for("retry in(?s:.*)Two tides")
        stage.capture(title, terminal.screen("-e").replace("\x1b", "<ESC>"))
        terminal.press("C-c")
        terminal.press("C-c")
        terminal.wait_for_prompt(130)
        main.release()
    main, busy, last, terminal = with_news(stage, 80, CLICOLOR_FORCE="1")
    busy.refusals = 0
    for server in (main, busy, last):
        server.release(10)
    terminal.type("orloj run --system news 2>&1 | grep -c $'\\x1b'")
    stage.capture("lines with colour in a pipe, where it is forced", terminal.wait_for_prompt("[01]"))


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
    terminal.wait_for(r"\Avalue.*: *$")
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
         lines_where_a_view_is_not_wanted, the_agents_in_40_columns, the_agents_in_80_columns, the_agents_in_120_columns,
         an_answer_above_the_agents, colour_of_the_agents, logs_follow_a_run_in_another_terminal, ctrl_c_leaves_what_only_looks, a_typed_key_is_not_shown, a_bar_keeps_within_the_window,
         a_watched_list_goes_on, an_edit_is_not_lost, colour_is_for_people)
