"""Shows the spans that a collector got, or that a file holds, as a tree without times and ids.

    spans.py FILE      of request lines as the loopback server writes them, or of OTLP/JSON, one body a line

It fails when a span lies outside its parent, an event outside its span, or when a trace has not exactly one root.
"""

import json
import sys


def value_of(value):
    (kind, inner), = value.items()
    if kind == "arrayValue":
        return [value_of(item) for item in inner["values"]]
    return int(inner) if kind == "intValue" else inner


def attributes(thing):
    return {a["key"]: value_of(a["value"]) for a in thing.get("attributes", [])}


def read(path):
    spans = {}
    for line in open(path, encoding="utf-8"):
        body = json.loads(line)
        body = body.get("body", body)
        for resource in body["resourceSpans"]:
            shown = attributes(resource["resource"])
            for scope in resource["scopeSpans"]:
                print(f"resource {json.dumps(shown, sort_keys=True)}  scope {scope['scope']['name']}  {scope['schemaUrl']}")
                for span in scope["spans"]:
                    spans[span["spanId"]] = span
    return spans


def check_within(span, parent):
    for moment in [(span["startTimeUnixNano"], span["endTimeUnixNano"])]:
        assert int(parent["startTimeUnixNano"]) <= int(moment[0]) <= int(moment[1]) <= int(parent["endTimeUnixNano"]), \
            (parent["name"], span["name"])
    assert parent["traceId"] == span["traceId"]


def show(span, spans, depth):
    indent = "  " * depth
    kind = {1: "internal", 3: "client"}[span["kind"]]
    status = span.get("status", {})
    failed = f"  ERROR {status.get('message', '')}" if status.get("code") == 2 else ""
    print(f"{indent}{span['name']} ({kind}){failed}")
    for key, value in sorted(attributes(span).items()):
        shown = "<hex>" if key == "gen_ai.agent.version" else value
        if key == "gen_ai.response.time_to_first_chunk":
            continue  # A loopback server may answer within a millisecond, of which nothing is said.
        if key == "server.port":
            shown = "<port>"
        print(f"{indent}    {key} = {json.dumps(shown, ensure_ascii=False)}")
    for event in span.get("events", []):
        assert int(span["startTimeUnixNano"]) <= int(event["timeUnixNano"]) <= int(span["endTimeUnixNano"]), event
        print(f"{indent}    * {event['name']} {json.dumps(attributes(event), sort_keys=True)}")
    for child in spans.values():
        if child.get("parentSpanId") == span["spanId"]:
            check_within(child, span)
            show(child, spans, depth + 1)


def main():
    spans = read(sys.argv[1])
    roots = [span for span in spans.values() if span.get("parentSpanId") not in spans]
    assert len(roots) == 1, [span["name"] for span in roots]
    if roots[0].get("parentSpanId"):
        print(f"part of trace {roots[0]['traceId']}, span {roots[0]['parentSpanId']}")
    show(roots[0], spans, 0)


main()
