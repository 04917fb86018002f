"""Writes ops/grafana/boards from ops/grafana/source. With --check it writes nothing, and fails unless they agree.

    python3 ops/grafana/build.py [--check]
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "source"))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position # the path comes first
from backends import backends
from battle import battle
from economy import economy
from edge import edge
from players import players
from region import region
from services import services

BOARDS = [battle, region, edge, services, backends, economy, players]


def main():
    is_check = sys.argv[1:] == ["--check"]
    stale = []
    for make in BOARDS:
        path = HERE / "boards" / f"{make.__name__}.json"
        text = json.dumps(make(), indent=2, ensure_ascii=False) + "\n"
        if is_check and (not path.exists() or path.read_text() != text):
            stale.append(path.name)
        elif not is_check:
            path.write_text(text)
    if stale:
        sys.exit(f"stale: {', '.join(stale)}; run python3 ops/grafana/build.py")
    print(f"{len(BOARDS)} boards")


main()
