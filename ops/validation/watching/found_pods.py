"""Reads what `promtool check service-discovery` found, and prints role, or job, and name of each target, once each: a
process that is found twice is named twice.
"""

import json
import sys

found = [it["labels"] for it in json.load(sys.stdin) if it.get("labels")]
# What is not ours has no role; its job says as much.
named = sorted(f"{labels.get('role', labels['job'])} {labels['instance']}" for labels in found)
print(json.dumps(named))
