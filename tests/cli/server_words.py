"""What the loopback servers share: a refusal, and one turn of a conversation with the answer the script gives.

Every count and id is derived from the request and its number, so that answers repeat exactly.
"""

import json


class Rejected(Exception):
    """The provider refuses the request; `body` is its JSON error, or plain text."""

    def __init__(self, status, body, headers=()):
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = list(headers)


def tokens(text):
    """A token count that is the same everywhere: a token is four bytes."""
    return (len(text.encode("utf-8")) + 3) // 4


class Turn:
    """What is answered to one request: the scripted reply, with everything it left out filled in."""

    def __init__(self, reply, number=0, system="", last_user="", body=None):
        self.reply = reply
        self.number = number
        self.body = body
        calls = reply.get("tool_calls", [])
        self.text = reply.get("text", "" if calls else f"You said: {last_user}")
        self.tool_calls = [(call.get("id"), call["name"], call.get("arguments", {})) for call in calls]
        usage = reply.get("usage", {})
        self.input_tokens = usage.get("input", tokens(system) + tokens(last_user))
        answered = self.text + "".join(json.dumps(arguments) for _, _, arguments in self.tool_calls)
        self.output_tokens = usage.get("output", tokens(answered))
        self.cached_tokens = usage.get("cached", 0)  # of the input
        self.kept_tokens = usage.get("kept", 0)  # likewise
        self.cost = usage.get("cost")

    def pieces(self):
        """The text in the pieces in which it is streamed: words with the space before them."""
        piece = ""
        for character in self.text:
            if character == " " and piece.strip():
                yield piece
                piece = ""
            piece += character
        if piece:
            yield piece


def kind_of(value):
    """The name that Python-based providers give a JSON value's type."""
    if value is None:
        return "null"
    names = {bool: "a boolean", int: "an integer", float: "a decimal", str: "a string", list: "an array", dict: "an object"}
    return names[type(value)]


def parse_object(raw):
    """The JSON object in `raw`, or None."""
    try:
        value = json.loads(raw)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
