"""Every name of a metric, and every value of a label, that rules and boards speak of is one that somebody tells.

    python3 ops/validation/watching/names.py URL ABSENT

URL is of a Prometheus that scrapes all processes. ABSENT lists what no machine without a cluster tells, a name a
line, and why; a name there that is told, or that nobody speaks of, is a fault as well.
"""

import json
import pathlib
import re
import sys
import urllib.parse
import urllib.request

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
# Of a language, not of the world.
WORDS = set("""
    abs absent and avg avg_over_time bool bottomk by ceil changes clamp_max clamp_min count delta group_left
    group_right histogram_quantile if ignoring increase irate label_replace max max_over_time min min_over_time offset
    on or predict_linear quantile rate scalar sort sort_desc stddev sum time topk unless vector without inf nan
""".split())
# Told even before the first case, so each of their values can be looked for.
LABELS_TOLD_AT_ONCE = {"cause", "step", "of", "phase", "part", "transport", "house"}


def main():
    url, absent_file = sys.argv[1:]
    absent = {line.split()[0] for line in pathlib.Path(absent_file).read_text().splitlines() if line.strip() and not line.startswith("#")}
    told = names_told(url)
    spoken, recorded, expressions = spoken_of()
    told |= recorded
    faults = [f"{name} is told by nobody" for name in sorted(spoken - told - absent)]
    faults += [f"{name} is told: take it off {absent_file}" for name in sorted(absent & told)]
    faults += [f"{name} is spoken of nowhere: take it off {absent_file}" for name in sorted(absent - spoken)]
    faults += sorted(unknown_values(url, expressions, absent))
    for fault in faults:
        print(fault)
    print(f"{len(spoken)} names, {len(absent)} of them not to be had here, {len(faults)} faults")
    sys.exit(1 if faults else 0)


def names_told(url):
    """Of series, and of heads of pages that have no series yet: a histogram's head is without its suffix."""
    names = set(ask(url, "label/__name__/values"))
    heads = set(ask(url, "metadata"))
    return names | heads | {head + suffix for head in heads for suffix in ("_bucket", "_sum", "_count")}


def spoken_of():
    expressions, recorded = [], set()
    for path in sorted((ROOT / "ops/prometheus/rules").glob("*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            expressions += [rule["expr"] for rule in group["rules"]]
            recorded |= {rule["record"] for rule in group["rules"] if "record" in rule}
    for path in sorted((ROOT / "ops/grafana/boards").glob("*.json")):
        board = json.loads(path.read_text())
        expressions += [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
        expressions += [it["expr"] for it in board["annotations"]["list"]]
        expressions += [it["query"]["query"].split("(")[1].rsplit(",", 1)[0] for it in board["templating"]["list"] if it["type"] == "query"]
    return {name for expr in expressions for name in names_in(expr)}, recorded, expressions


def names_in(expr):
    """Names of metrics: what is left of an expression without matchers, ranges, labels of aggregations, words."""
    expr = re.sub(r'"(\\.|[^"\\])*"|\'[^\']*\'', "", expr)
    expr = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", expr)
    expr = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", expr)
    names = re.findall(r"(?<![\w.$])[a-zA-Z_:][\w:]*", expr)
    return {name for name in names if name.lower() not in WORDS and name != "ALERTS"}


def unknown_values(url, expressions, absent):
    for expr in expressions:
        for name, matchers in re.findall(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}", expr):
            for label, sign, text in re.findall(r'(\w+)(=~?)"([^"]*)"', matchers):
                if label not in LABELS_TOLD_AT_ONCE or name in absent:
                    continue
                for value in text.split("|") if sign == "=~" else [text]:
                    if not exists(url, name, label, sign, value):
                        yield f'{name} has no {label}="{value}"'


def exists(url, name, label, sign, value):
    return bool(ask(url, "query?" + urllib.parse.urlencode({"query": f'{name}{{{label}{sign}"{value}"}}'}))["result"])


def ask(url, path):
    with urllib.request.urlopen(f"{url}/api/v1/{path}") as answer:
        return json.load(answer)["data"]


main()
