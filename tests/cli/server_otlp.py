"""An OpenTelemetry collector's OTLP/HTTP receiver for traces, as the protocol's own definition has it.

It takes ExportTraceServiceRequest in JSON and refuses what its schema does not know: unknown fields, ids that are no hex
of the right length, 64-bit integers that are no text, values of attributes that are not exactly one of the kinds.
Source: opentelemetry-proto 1.9: trace.proto, common.proto, docs/specification.md ("JSON Protobuf Encoding").
"""

import json
import re

from server_words import Rejected, parse_object

KEY_VALUES = ["list", "KeyValue"]
SHAPES = {
    "ExportTraceServiceRequest": {"resourceSpans": ["list", "ResourceSpans"]},
    "ResourceSpans": {"resource": "Resource", "scopeSpans": ["list", "ScopeSpans"], "schemaUrl": "text"},
    "Resource": {"attributes": KEY_VALUES, "droppedAttributesCount": "number"},
    "ScopeSpans": {"scope": "Scope", "spans": ["list", "Span"], "schemaUrl": "text"},
    "Scope": {"name": "text", "version": "text", "attributes": KEY_VALUES},
    "Span": {"traceId": "trace", "spanId": "span", "traceState": "text", "parentSpanId": "span", "flags": "number",
             "name": "text", "kind": "number", "startTimeUnixNano": "long", "endTimeUnixNano": "long",
             "attributes": KEY_VALUES, "events": ["list", "Event"], "links": ["list", "Link"], "status": "Status"},
    "Event": {"timeUnixNano": "long", "name": "text", "attributes": KEY_VALUES},
    "Link": {"traceId": "trace", "spanId": "span", "attributes": KEY_VALUES},
    "Status": {"message": "text", "code": "number"},
    "KeyValue": {"key": "text", "value": "AnyValue"},
    "AnyValue": {"stringValue": "text", "boolValue": "boolean", "intValue": "long", "doubleValue": "number",
                 "arrayValue": "Array", "kvlistValue": "Map"},
    "Array": {"values": ["list", "AnyValue"]},
    "Map": {"values": KEY_VALUES},
}
LEAVES = {
    "text": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "long": lambda v: isinstance(v, str) and re.fullmatch(r"-?\d+", v) is not None,
    "trace": lambda v: isinstance(v, str) and re.fullmatch(r"[0-9a-f]{32}", v) is not None and set(v) != {"0"},
    "span": lambda v: isinstance(v, str) and re.fullmatch(r"[0-9a-f]{16}", v) is not None and set(v) != {"0"},
}


def complaint(value, shape, path):
    """What is wrong with a value, or None."""
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{path} is no list"
        found = (complaint(item, shape[1], f"{path}[{i}]") for i, item in enumerate(value))
    elif shape in LEAVES:
        return None if LEAVES[shape](value) else f"{path} is no {shape}: {value!r}"
    elif not isinstance(value, dict):
        return f"{path} is no {shape}"
    elif shape == "AnyValue" and len(value) != 1:
        return f"{path} is not one value"
    elif unknown := sorted(set(value) - set(SHAPES[shape])):
        return f"{path} has unknown fields: {', '.join(unknown)}"
    else:
        found = (complaint(item, SHAPES[shape][key], f"{path}.{key}") for key, item in value.items())
    return next((text for text in found if text), None)


class Protocol:
    request_id_header = None

    def __init__(self, settings):
        self.settings = settings

    def check(self, method, path, headers, body):
        if path != "/v1/traces":
            raise Rejected(404, "404 page not found\n")
        if method != "POST":
            raise Rejected(405, "405 method not allowed, supported: [POST]\n")
        if headers.get("content-type", "").split(";")[0] != "application/json":
            raise Rejected(415, "415 unsupported media type, supported: [application/json, application/x-protobuf]\n")
        key = self.settings.get("key")
        if key is not None and headers.get("authorization") != key:
            raise Rejected(401, {"code": 16, "message": "no or wrong authorization"})
        request = parse_object(body)
        wrong = "no JSON object" if request is None else complaint(request, "ExportTraceServiceRequest", "request")
        if wrong:
            raise Rejected(400, {"code": 3, "message": wrong})
        return None

    def words(self, body):
        return "", body.decode("utf-8", "replace")

    def answer(self, request, turn):
        return {"partialSuccess": {}}

    def error(self, status):
        return json.dumps({"code": 14, "message": f"status {status}"})
