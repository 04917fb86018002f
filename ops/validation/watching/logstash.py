"""Logstash's language, as far as our pipeline speaks it: read into a tree, and run on events.

What the pipeline says beyond that is a fault here, not passed over: a plugin or an option that is not known, a
mutation in another order than Logstash does it. Not Logstash: neither queues nor time-outs, nor what plugins do to
odd input beyond what is written here.
"""

import json
import re
from datetime import datetime, timezone

TOKEN = re.compile(
    r"""\s+ | \#[^\n]* |
    (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*') |
    (?P<regexp>/(?:\\.|[^/\\\n])+/) |
    (?P<field>(?:\[[^\]\s"]+\])+) |
    (?P<sign>=>|=~|!~|==|!=|[{}\[\],!()]) |
    (?P<number>\d+(?:\.\d+)?) |
    (?P<word>[A-Za-z_][\w.]*)""",
    re.X,
)
OPTIONS = {
    "beats": {"port"},
    "drop": set(),
    "json": {"source", "target", "tag_on_failure"},
    "date": {"match", "target"},
    "mutate": {"rename", "gsub", "lowercase", "copy", "add_field", "remove_field"},
    "elasticsearch": {"hosts", "user", "password", "data_stream", "data_stream_auto_routing", "data_stream_sync_fields"},
}


class Fault(Exception):
    """What is wrong with the pipeline."""


class Dropped(Exception):
    """The event goes nowhere."""


# --- reading ------------------------------------------------------------------------------------------------


class Reader:
    """Tokens, taken one by one."""

    def __init__(self, text):
        self.tokens, at = [], 0
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                raise Fault(f"line {text.count(chr(10), 0, at) + 1}: what is {text[at:at + 20]!r}?")
            if found.lastgroup:
                self.tokens.append((found.lastgroup, found.group()))
            at = found.end()
        self.at = 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else (None, None)

    def take(self, expected=None):
        kind, text = self.peek()
        if expected is not None and text != expected:
            raise Fault(f"{text!r} where {expected!r} should be")
        self.at += 1
        return kind, text


def read(text):
    """The sections by their names, each a list of steps."""
    reader, sections = Reader(text), {}
    while reader.peek()[0]:
        _, name = reader.take()
        if name not in ("input", "filter", "output") or name in sections:
            raise Fault(f"a section {name!r}")
        sections[name] = read_steps(reader)
    return sections


def read_steps(reader):
    reader.take("{")
    steps = []
    while reader.peek()[1] != "}":
        steps.append(read_branches(reader) if reader.peek()[1] == "if" else read_plugin(reader))
    reader.take("}")
    return steps


def read_branches(reader):
    reader.take("if")
    branches = [(read_condition(reader), read_steps(reader))]
    while reader.peek()[1] == "else":
        reader.take("else")
        if reader.peek()[1] == "if":
            reader.take("if")
            branches.append((read_condition(reader), read_steps(reader)))
        else:
            branches.append((("always",), read_steps(reader)))
    return ("if", branches)


def read_condition(reader):
    if reader.peek()[1] == "!":
        reader.take("!")
        return ("not", read_condition(reader))
    kind, field = reader.take()
    if kind != "field":
        raise Fault(f"a condition on {field!r}")
    sign = reader.peek()[1]
    if sign not in ("=~", "=="):
        return ("is", field)
    reader.take(sign)
    return (sign, field, read_value(reader))


def read_plugin(reader):
    _, name = reader.take()
    if name not in OPTIONS:
        raise Fault(f"a plugin {name!r}")
    options = read_hash(reader)
    unknown = set(options) - OPTIONS[name]
    if unknown:
        raise Fault(f"{name} with {sorted(unknown)}")
    return (name, options)


def read_hash(reader):
    """Keys and values, with or without commas between them."""
    reader.take("{")
    found = {}
    while reader.peek()[1] != "}":
        key = read_value(reader)
        reader.take("=>")
        if key in found:
            raise Fault(f"{key!r} twice")
        found[key] = read_value(reader)
        if reader.peek()[1] == ",":
            reader.take(",")
    reader.take("}")
    return found


def read_value(reader):
    kind, text = reader.peek()
    if text == "{":
        return read_hash(reader)
    if text == "[":
        return read_array(reader)
    reader.take()
    if kind == "string":
        return text[1:-1]
    if kind == "regexp":
        return re.compile(text[1:-1])
    if kind == "number":
        return int(text)
    return text


def read_array(reader):
    reader.take("[")
    found = []
    while reader.peek()[1] != "]":
        found.append(read_value(reader))
        if reader.peek()[1] == ",":
            reader.take(",")
    reader.take("]")
    return found


# --- running ------------------------------------------------------------------------------------------------


def run(steps, event):
    """Changes the event as the steps say.

    Raises Dropped.
    """
    for step in steps:
        if step[0] == "if":
            chosen = next((inner for condition, inner in step[1] if holds(condition, event)), [])
            run(chosen, event)
        else:
            PLUGINS[step[0]](event, step[1])


def holds(condition, event):
    kind = condition[0]
    if kind == "always":
        return True
    if kind == "not":
        return not holds(condition[1], event)
    value = get(event, condition[1])
    if kind == "is":
        return value not in (None, False)
    if kind == "==":
        return value == condition[2]
    return isinstance(value, str) and bool(condition[2].search(value))


def path_of(field):
    return re.findall(r"\[([^\]]+)\]", field) if field.startswith("[") else [field]


def get(event, field):
    for key in path_of(field):
        if not isinstance(event, dict) or key not in event:
            return None
        event = event[key]
    return event


def put(event, field, value):
    *parents, last = path_of(field)
    for key in parents:
        event = event.setdefault(key, {})
    event[last] = value


def remove(event, field):
    *parents, last = path_of(field)
    parent = get(event, "".join(f"[{key}]" for key in parents)) if parents else event
    return parent.pop(last, None) if isinstance(parent, dict) else None


def filled(event, text):
    """%{[a][b]} is the field's value; what is not there stays as it is written, as in Logstash."""
    return re.sub(r"%\{((?:\[[^\]]+\])+)\}", lambda found: str(get(event, found.group(1)) or found.group()), text)


def mutate(event, options):
    """In Logstash's own order, whatever the pipeline's: rename, gsub, lowercase, copy, then what all plugins do."""
    for source, target in options.get("rename", {}).items():
        if get(event, source) is not None:
            put(event, target, remove(event, source))
    changes = options.get("gsub", [])
    for field, pattern, by in zip(changes[::3], changes[1::3], changes[2::3]):
        if isinstance(get(event, field), str):
            put(event, field, re.sub(pattern, by, get(event, field)))
    for field in options.get("lowercase", []):
        if isinstance(get(event, field), str):
            put(event, field, get(event, field).lower())
    for source, target in options.get("copy", {}).items():
        if get(event, source) is not None:
            put(event, target, get(event, source))
    for field, text in options.get("add_field", {}).items():
        put(event, field, filled(event, text))
    for field in options.get("remove_field", []):
        remove(event, field)


def parse_json(event, options):
    try:
        put(event, options["target"], json.loads(get(event, options["source"])))
    except ValueError:
        event.setdefault("tags", []).extend(options["tag_on_failure"])


def parse_date(event, options):
    field, form = options["match"]
    if form != "ISO8601":
        raise Fault(f"date of {form}")
    moment = datetime.fromisoformat(get(event, field).replace("Z", "+00:00"))
    put(event, options["target"], moment.astimezone(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z"))


def drop(_event, _options):
    raise Dropped


PLUGINS = {"mutate": mutate, "json": parse_json, "date": parse_date, "drop": drop}
