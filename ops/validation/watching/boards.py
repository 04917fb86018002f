"""Boards, held against what Grafana needs of them and against a Prometheus that scrapes a running battle.

    python3 ops/validation/watching/boards.py URL BOARD.json...

Each expression must be one that Prometheus parses, and those of panels answer with data; panels must not lie over each
other. A sentence for each fault.
"""

import json
import pathlib
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

# As Grafana puts them in, for the last hour of a board.
VARIABLES = {"$__rate_interval": "1m", "$__interval": "15s", "$__range": "1h"}
WIDTH = 24


def main():
    url, *paths = sys.argv[1:]
    faults, count, uids = [], 0, set()
    for path in map(pathlib.Path, paths):
        board = json.loads(path.read_text())
        found = list(faults_of_board(board))
        for title, expr, is_panel in expressions(board):
            count += 1
            found += [f"{title}: {fault}" for fault in faults_of_expression(url, expr, is_panel)]
        if board["uid"] in uids:
            found.append("another board has its uid")
        uids.add(board["uid"])
        faults += [f"{path.name}: {fault}" for fault in found]
    for fault in faults:
        print(fault)
    print(f"{len(paths)} boards, {count} expressions, {len(faults)} faults")
    sys.exit(1 if faults else 0)


def faults_of_board(board):
    panels = board["panels"]
    ids = [panel["id"] for panel in panels]
    if len(set(ids)) < len(ids):
        yield "two panels have one id"
    for panel in panels:
        spot = panel["gridPos"]
        if spot["x"] + spot["w"] > WIDTH:
            yield f"{panel['title']} is wider than the board"
        if panel["type"] != "row" and not panel.get("description"):
            yield f"{panel['title']} does not say what it shows"
    for index, panel in enumerate(panels):
        for other in panels[index + 1 :]:
            if overlap(panel["gridPos"], other["gridPos"]):
                yield f"{panel['title']} lies over {other['title']}"
    bottom_edges = {}
    for panel in panels:
        bottom_edges.setdefault(panel["gridPos"]["y"], 0)
        bottom_edges[panel["gridPos"]["y"]] += panel["gridPos"]["w"]
    yield from (f"the row at {top} is {width} wide" for top, width in bottom_edges.items() if width != WIDTH)


def overlap(one, other):
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def expressions(board):
    """Of panels and annotations, and whether it is a panel's."""
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            yield f"{panel['title']} ({target['refId']})", target["expr"], True
    for annotation in board["annotations"]["list"]:
        yield f"annotation {annotation['name']}", annotation["expr"], False


def faults_of_expression(url, expr, is_panel):
    """An annotation may have nothing to mark, so it only has to be understood."""
    for name, value in VARIABLES.items():
        expr = expr.replace(name, value)
    expr = re.sub(r"\$\{?\w+(:\w+)?\}?", ".*", expr)
    try:
        with urllib.request.urlopen(f"{url}/api/v1/query?{urllib.parse.urlencode({'query': expr})}") as answer:
            result = json.load(answer)["data"]["result"]
    except urllib.error.HTTPError as refused:
        yield json.load(refused)["error"]
        return
    if not is_panel:
        return
    if not result:
        yield f"no data: {expr}"
    elif all(point["value"][1] in ("NaN", "+Inf", "-Inf") for point in result):
        yield f"no number: {expr}"


main()
