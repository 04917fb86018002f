"""Reads what `promtool check service-discovery` found, and prints role and name of each target, once each: a
process that is found twice is named twice.
"""

import json
import sys

found = [it["labels"] for it in json.load(sys.stdin) if it.get("labels")]
named = sorted(f"{labels['role']} {labels['instance']}" for labels in found)
print(json.dumps(named))
