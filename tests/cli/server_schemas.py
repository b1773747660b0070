"""What OpenAI and Anthropic check of a JSON Schema that an answer has to follow, and Anthropic of cache marks.

Each function returns what is wrong, in the provider's words, or None.
"""

import re

STRICT_UNKNOWN = frozenset("minLength maxLength patternProperties unevaluatedProperties propertyNames minProperties "
                           "maxProperties unevaluatedItems contains minContains maxContains uniqueItems oneOf default".split())
CLOSED_KNOWN = frozenset("type enum const anyOf allOf $ref $defs definitions description title properties required "
                         "additionalProperties items format minItems".split())
OLDER = re.compile(r"claude-(2|3|instant)|-4-0|-4-2025")
NO_FORCE = re.compile(r"fable-5|mythos-5")


def subschemas(schema, path=()):
    """Every schema inside a schema, itself first, with the path to it."""
    if not isinstance(schema, dict):
        return
    yield path, schema
    for key in ("properties", "$defs", "definitions"):
        for name, inner in schema.get(key, {}).items():
            yield from subschemas(inner, path + (key, name))
    for key in ("anyOf", "oneOf", "allOf"):
        for place, inner in enumerate(schema.get(key, [])):
            yield from subschemas(inner, path + (key, str(place)))
    for key in ("items", "not", "additionalProperties"):
        yield from subschemas(schema.get(key), path + (key,))


def openai_format(body, prompt, allowed):
    """(what is wrong, parameter) of response_format."""
    form = body.get("response_format")
    if form is None:
        return None
    kind = form.get("type")
    if kind not in allowed:
        return f"Invalid value: '{kind}'. Supported values are: {', '.join(allowed)}.", "response_format.type"
    if kind == "json_object" and "json" not in prompt.lower():
        return ("'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
                "messages")
    if kind != "json_schema":
        return None
    spec = form.get("json_schema", {})
    name = spec.get("name", "")
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name):
        return "Missing required parameter: 'response_format.json_schema.name'.", "response_format.json_schema.name"
    wrong = strict_problem(spec.get("schema", {}), spec.get("strict", False))
    return (f"Invalid schema for response_format '{name}': {wrong}", "response_format") if wrong else None


def strict_problem(schema, strict):
    if schema.get("type") != "object":
        return f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{schema.get('type')}\"'."
    for path, inner in subschemas(schema) if strict else ():
        if STRICT_UNKNOWN & set(inner):
            return f"In context={path}, '{sorted(STRICT_UNKNOWN & set(inner))[0]}' is not permitted."
        if inner.get("type") == "object" or "properties" in inner:
            if inner.get("additionalProperties") is not False:
                return f"In context={path}, 'additionalProperties' is required to be supplied and to be false."
            if sorted(inner.get("required", [])) != sorted(inner.get("properties", {})):
                return f"In context={path}, 'required' is required to be supplied and to be an array including every key " \
                       "in properties."
        if "$ref" in inner and len(inner) > 1:
            return f"In context={path}, $ref cannot have keywords beside it."
    return None


def anthropic_format(body):
    choice = body.get("tool_choice", {}).get("type")
    if choice in ("any", "tool") and NO_FORCE.search(body["model"]):
        return "tool_choice: forced tool use is not supported on this model."
    form = body.get("output_config", {}).get("format")
    if form is None:
        return None
    if OLDER.search(body["model"]):
        return f"'{body['model']}' does not support output format."
    if form.get("type") != "json_schema":
        return "output_config.format.type: Input should be 'json_schema'"
    for path, inner in subschemas(form.get("schema", {})):
        unknown = set(inner) - CLOSED_KNOWN
        if unknown:
            return f"output_config.format.schema: For '{'.'.join(path)}', property '{sorted(unknown)[0]}' is not supported"
        if (inner.get("type") == "object" or "properties" in inner) and inner.get("additionalProperties") is not False:
            return "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false"
        if inner.get("minItems", 0) not in (0, 1):
            return "output_config.format.schema: For 'array' type, 'minItems' values other than 0 or 1 are not supported"
    return None


def anthropic_marks(body):
    blocks = list(body.get("tools", [])) + [b for b in body.get("system", []) if isinstance(b, dict)]
    for message in body["messages"]:
        blocks += [b for b in message["content"] if isinstance(b, dict)]
    marked = [b for b in blocks if "cache_control" in b]
    if len(marked) > 4:
        return f"A maximum of 4 blocks with cache_control may be provided. Found {len(marked)}."
    for block in marked:
        if block["cache_control"].get("type") != "ephemeral":
            return "cache_control.type: Input should be 'ephemeral'"
        if block.get("type") in ("thinking", "redacted_thinking"):
            return "cache_control cannot be set for thinking blocks"
    return None
