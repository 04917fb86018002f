"""Compose's Traefik, started with the very command of the compose files, answers their health check and takes every
route of ops/compose/routes.yml. Ports are moved by one distance, so that two that were one still are.

    python3 ops/validation/compose_gateway.py TRAEFIK FOLDER COMPOSE.yml...
"""

import json
import pathlib
import re
import subprocess
import sys
import time
import urllib.request

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOVED_BY = 23000
# Where Traefik answers health checks unless it is told otherwise.
INTERNAL = 8080
ANSWER_SECONDS_MAX = 20
# Traefik gives what is open ten of them.
STOP_SECONDS_MAX = 60


class Tags(yaml.SafeLoader):
    """Compose's own tags say how files are merged, not what is in them."""


Tags.add_constructor("!override", lambda loader, node: loader.construct_sequence(node))


def moved(argument):
    address = re.fullmatch(r"(--entrypoints\.\w+\.address)=:(\d+)", argument)
    return f"{address[1]}=127.0.0.1:{int(address[2]) + MOVED_BY}" if address else argument


def check(traefik, folder, compose):
    services = [yaml.load(it.read_text(), Tags)["services"]["traefik"] for it in compose]
    routes = yaml.safe_load((ROOT / "ops/compose/routes.yml").read_text())["http"]["routers"]
    # What stands in for a variable is a name.
    command = [re.sub(r"\$\{(\w+)[^}]*\}", r"\1.example", it) for it in services[-1]["command"]]
    command = [moved(it).replace("/etc/traefik", str(ROOT / "ops/compose")) for it in command]
    command = [it.replace("=/acme", f"={folder}") for it in command]
    internal = f"--entrypoints.traefik.address=127.0.0.1:{INTERNAL + MOVED_BY}"
    health = services[0]["healthcheck"]["test"]
    assert health[:2] == ["CMD", "traefik"], health
    router = subprocess.Popen(
        [traefik, *command, internal, "--api=true", "--api.insecure=true", "--log.level=ERROR"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    try:
        until = time.monotonic() + ANSWER_SECONDS_MAX
        while subprocess.run([traefik, *health[2:], internal], capture_output=True, check=False).returncode != 0:
            if router.poll() is not None or time.monotonic() > until:
                router.kill()
                raise SystemExit(f"{compose[-1].name}: not healthy: {router.stdout.read()}")
        found = routers()
        while len(found) < len(routes) and time.monotonic() < until:
            found = routers()
    finally:
        router.terminate()
        router.wait(STOP_SECONDS_MAX)
    states = {it["name"].split("@")[0]: it["status"] for it in found}
    bad = {name: states.get(name) for name in routes if states.get(name) != "enabled"}
    if bad:
        raise SystemExit(f"{compose[-1].name}: routes that Traefik does not take: {bad}")
    print(f"{compose[-1].name}: Traefik is healthy and takes all {len(routes)} routes")


def routers():
    url = f"http://127.0.0.1:{INTERNAL + MOVED_BY}/api/http/routers?per_page=1000"
    with urllib.request.urlopen(url, timeout=5) as answer:
        return [it for it in json.load(answer) if it["provider"] == "file"]


def main():
    traefik, folder, *compose = sys.argv[1:]
    compose = [pathlib.Path(it) for it in compose]
    for count in range(1, len(compose) + 1):
        check(traefik, folder, compose[:count])


main()
