"""Rules as a running Prometheus has them: none fails, and all that are recorded and always have something do.

    python3 ops/validation/watching/rules.py URL
"""

import json
import sys
import urllib.request

# There is nothing to say while nobody fails, or asks.
MAY_BE_EMPTY = {"instance:voxelheim_join_failures:ratio_rate5m"}


def main():
    url = sys.argv[1]
    faults, count = [], 0
    for group in ask(url, "rules")["groups"]:
        for rule in group["rules"]:
            count += 1
            if rule["health"] != "ok":
                faults.append(f"{rule['name']} is {rule['health']}: {rule.get('lastError', 'not evaluated yet')}")
            elif rule["type"] == "recording" and rule["name"] not in MAY_BE_EMPTY and not ask(url, f"query?query={rule['name']}")["result"]:
                faults.append(f"{rule['name']} records nothing")
    down = [it for it in ask(url, "targets")["activeTargets"] if it["health"] != "up"]
    faults += [f"{it['labels']['job']} {it['labels']['instance']} is not scraped: {it['lastError']}" for it in down]
    for fault in faults:
        print(fault)
    print(f"{count} rules are evaluated, {len(faults)} faults")
    sys.exit(1 if faults else 0)


def ask(url, path):
    with urllib.request.urlopen(f"{url}/api/v1/{path}") as answer:
        return json.load(answer)["data"]


main()
