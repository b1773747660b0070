"""A graph of twelve agents that is killed again and again, against a server that knows what was under way each time.

What is held against what: the journal after every kill and at the end, the requests that the server saw, and the same
graph run once without being disturbed.
"""

import collections
import json
import pathlib
import select
import shutil
import socket
import sys
import threading
import time

from home import KEY, Home, expect, manifest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cli"))
import servers  # noqa: E402

ANSWER_MS = 4
FIRST = ["north", "east", "south", "west"]
SECOND = ["tide", "moon", "wind", "coast"]
AGENTS = ["splitter", *FIRST, *SECOND, "joiner", "checker", "writer"]
# Who is asked how often: the writer also reads what the checker, its delegate, reports.
CALLS = {**{f"{agent}/1": 1 for agent in AGENTS}, "writer/2": 1}
TERMINAL = "task_end"


def graph():
    """One splits to four, each of them goes to one of a second four, three of those are enough to join."""
    nodes = {"splitter": {"edges": [{"to": to} for to in FIRST]}}
    for first, second in zip(FIRST, SECOND):
        nodes[first] = {"edges": [{"to": second}]}
        nodes[second] = {"edges": [{"to": "joiner"}]}
    # The second edge is never taken: everybody's answer names its agent.
    nodes["north"] = {"edges": [{"to": "tide", "condition": {"output_contains": "north"}},
                                {"to": "moon", "condition": {"default": True}}]}
    nodes["joiner"] = {"join": {"mode": "quorum", "quorum_count": 3}, "edges": [{"to": "writer"}]}
    nodes["writer"] = {"delegates": [{"to": "checker"}]}
    return nodes


def manifests(port):
    out = [manifest("ModelEndpoint", "main", {"base_url": f"http://127.0.0.1:{port}/v1", "default_model": "gpt-4o",
                                              "allowPrivate": True, "auth": {"secretRef": "key"}})]
    out += [manifest("Agent", agent, {"model_ref": "main", "prompt": agent}) for agent in AGENTS]
    out.append(manifest("AgentSystem", "graph", {"agents": AGENTS, "graph": graph()}))
    out.append(manifest("Task", "note", {"system": "graph", "input": {"topic": "tides"}}))
    return "---\n".join(out)


class Witness(servers.Server):
    """Answers each agent always the same, after a while, and notes what became of every request: `answered`, or `cut`
    when the asker went away before. A request is named AGENT/STEP."""

    def __init__(self):
        super().__init__("openai", {"kind": "openai", "key": KEY})
        self.changed = threading.Condition()
        self.seen = []  # [name, what became of it]

    def deliver(self, handler, headers, request, turn):
        messages = request["messages"]
        agent = messages[0]["content"]
        turn.text = f"Notes of {agent}."
        entry = [f"{agent}/{len(messages) // 2}", "under way"]
        with self.changed:
            self.seen.append(entry)
            self.changed.notify_all()
        gone = self.goes_away(handler.connection, ANSWER_MS / 1000)
        try:
            if not gone:
                super().deliver(handler, headers, request, turn)
        except OSError:
            gone = True
        handler.close_connection = handler.close_connection or gone
        with self.changed:
            entry[1] = "cut" if gone else "answered"
            self.changed.notify_all()

    @staticmethod
    def goes_away(connection, seconds):
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if not select.select([connection], [], [], left)[0]:
                return False
            try:
                if connection.recv(1, socket.MSG_PEEK) == b"":
                    return True
            except OSError:
                return True
        return False

    def wait_until(self, count, fate, process):
        """Until so many more requests came to this end, or came at all when it is None, or the process ended."""
        with self.changed:
            before = self.count_of(fate)
            while self.count_of(fate) < before + count and process.poll() is None:
                self.changed.wait(0.02)

    def count_of(self, fate):
        return len(self.seen) if fate is None else sum(1 for _, was in self.seen if was == fate)

    def forget(self):
        with self.changed:
            self.seen.clear()

    def asked(self, *fates):
        """How often each name was asked for, of those with these fates or of all; waits until nothing is under way."""
        with self.changed:
            quiet = self.changed.wait_for(lambda: all(fate != "under way" for _, fate in self.seen), 10)
            expect(quiet, "the server still has requests under way")
            return collections.Counter(name for name, fate in self.seen if not fates or fate in fates)


class Calls:
    """What a journal says of the calls of a run."""

    def __init__(self, journal):
        self.names = {}  # call id: AGENT/STEP
        self.repeats = {}  # call id: the call it repeats
        self.answers = collections.Counter()  # AGENT/STEP
        open_calls = {}
        for seq, kind, agent, step, payload in journal:
            if kind == "model_request":
                call = payload["call"]
                expect(call not in self.names, f"event {seq}: call {call} was asked for twice")
                self.names[call] = open_calls[call] = f"{agent}/{step}"
                if payload.get("repeats"):
                    self.repeats[call] = payload["repeats"]
                    expect(open_calls.pop(payload["repeats"], None) == f"{agent}/{step}",
                           f"event {seq}: {call} repeats {payload['repeats']}, which was not in doubt")
            if kind == "model_call":
                name = open_calls.pop(payload["call"], None)
                expect(name == f"{agent}/{step}", f"event {seq}: {agent} was answered without having asked")
                self.answers[name] += 1
            expect(kind != "model_error", f"event {seq}: a call failed: {payload}")
        self.open = open_calls


class GraphTrial:
    """The graph, run to its end once undisturbed; then again and again with kills."""

    name = "graph"

    def __init__(self, binary, top):
        self.binary = binary
        self.top = top
        self.made = collections.Counter()  # over all trials
        self.server = Witness()
        self.server.start()
        home = Home(binary, top / "graph-whole")
        home.top.mkdir(mode=0o700)
        (home.top / "all.yaml").write_text(manifests(self.server.port), encoding="utf-8")
        home.run("create", "secret", "key", "--from-literal", f"value={KEY}")
        home.run("apply", "-q", "--no-run", "-f", "all.yaml")
        self.fresh = top / "graph-fresh"
        shutil.copytree(home.top, self.fresh)
        begun = time.monotonic()
        self.answer = home.run("run", "-q", "task/note")
        self.length = time.monotonic() - begun
        self.outputs = home.journal()[-1][4]["outputs"]
        expect(self.server.asked() == CALLS, f"the undisturbed run asked otherwise than planned: {dict(self.server.asked())}")

    def trial(self, dice, kills):
        """A run that is killed up to `kills` times. Returns how many kills came before its end."""
        home = Home(self.binary, self.top / "trial")
        shutil.copytree(self.fresh, home.top)
        self.server.forget()
        landed = 0
        doubted = {}  # calls that were under way when the process was killed
        try:
            for number in range(kills):
                words = ("run" if number == 0 else "resume", "-q", "task/note")
                landed += home.kill_when(self.moment(dice), *words)
                calls = self.check(home)
                doubted.update(calls.open)
            out = home.run("resume", "-q", "task/note")
            self.after(home, out, doubted)
        finally:
            shutil.rmtree(home.top)
        self.made["kills"] += landed
        self.made["under way at a kill"] += len(doubted)
        return landed

    def moment(self, dice):
        """When to kill: anywhere, or soon after the server got or answered one of the next requests, which is when
        the journal is written."""
        how = dice.choice(["anywhere", "asked", "answered"])
        seconds, count = dice.uniform(0, self.length), dice.randint(1, 8)
        if how == "anywhere":
            return lambda process: time.sleep(seconds)
        pause = dice.uniform(0, 0.003)

        def wait(process):
            self.server.wait_until(count, None if how == "asked" else "answered", process)
            time.sleep(pause)
        return wait

    def check(self, home):
        """What holds at every moment."""
        home.check_file()
        journal = home.journal()
        expect([row[0] for row in journal] == list(range(1, len(journal) + 1)), "the journal has a gap")
        ends = [row[0] for row in journal if row[1] == TERMINAL]
        expect(ends in ([], [len(journal)]), f"events {ends} of {len(journal)} end the run")
        calls = Calls(journal)
        for name, times in calls.answers.items():
            expect(times == 1, f"{name} was answered {times} times")
        if journal:
            usage = [row[4].get("usage", {}) for row in journal if row[1] == "model_call"]
            expect(home.totals() == [(len(usage), sum(u.get("input", 0) for u in usage), sum(u.get("output", 0) for u in usage))],
                   "the row of the run is not the sum of its events")
        return calls

    def after(self, home, out, doubted):
        calls = self.check(home)
        expect(out == self.answer, f"the answer is another one: {out!r} instead of {self.answer!r}")
        end = home.journal()[-1]
        expect(end[1] == TERMINAL and end[4]["outputs"] == self.outputs, f"the run ended otherwise: {json.dumps(end[4])}")
        expect(calls.answers == CALLS, f"answered: {dict(calls.answers)}")
        expect(sorted(calls.repeats.values()) == sorted(doubted), f"in doubt were {sorted(doubted)}, repeated "
               f"{sorted(calls.repeats.values())}")
        asked, cut = self.server.asked(), self.server.asked("cut")
        intents = collections.Counter(calls.names.values())
        again = collections.Counter(doubted.values())
        for name, times in asked.items():
            expect(times <= intents[name], f"{name} was asked {times} times on {intents[name]} intents")
        for name, times in cut.items():
            expect(times <= again[name], f"{name} was under way at a disconnect {times} times, in doubt {again[name]} times")
        expect(home.run("resume", "-q", "task/note") == out and self.server.asked() == asked, "a finished run was run again")
        self.made["requests"] += sum(asked.values())
        self.made["cut off"] += sum(cut.values())
        self.made["made again"] += sum(asked.values()) - len(asked)

    def stop(self):
        self.server.stop()
        for what, times in self.made.items():
            print(f"graph: {times} {what}")
