"""What docker compose does not check of the rendered file: that it is fit to be run, that whoever asks a service asks
where it listens, and that it fits the binary.

    python3 ops/dev/compose_rules.py RENDERED.json [BINARY]
"""

import json
import pathlib
import re
import sys

from binary_help import faults_of_command, unknown_variables

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUR_IMAGE = "voxelheim:"
# Whose commands are scripts of ops/scripts.
OUR_TOOLS = "voxelheim-tools:"
ROUTES = ROOT / "ops/compose/routes.yml"
# What says where others are, and by which flag those are told to be there.
ASKS = {"--edge": "--listen", "--pod": "--control", "--link-public": "--link", "VOXELHEIM_KEYS": "--listen"}
# End by themselves.
ONE_SHOT = {"migrate", "elk-setup", "minio-setup", "restore"}


def faults_of(name, service):
    """Sentences, one for each thing that is wrong with a service."""
    image = service["image"]
    if not re.search(r":[\w.-]*\d[\w.-]*$", image):
        yield f"its image {image} has no version"
    if name not in ONE_SHOT and "healthcheck" not in service:
        yield "nothing says whether it is healthy"
    for port in service.get("ports", []):
        if port.get("host_ip") in (None, "", "0.0.0.0"):
            yield f"port {port['target']} is open to other machines"
    for volume in service.get("volumes", []):
        if volume["type"] == "bind" and not volume.get("read_only"):
            yield f"{volume['source']} is written outside of a named volume"
    if image.startswith(OUR_TOOLS):
        script = ROOT / "ops/scripts" / service["command"][0]
        if not script.is_file():
            yield f"there is no {script.relative_to(ROOT)}"
    if image.startswith((OUR_IMAGE, OUR_TOOLS)):
        # compose.sh says so where it renders the file.
        if service["build"].get("args") != {"REVISION": "any"}:
            yield "its build is not told which commit it is"
        if not service.get("read_only") or "ALL" not in service.get("cap_drop", []):
            yield "it may do more than it needs to"


def faults_of_copies(services):
    """Copies go into a bucket that there is, and each server tells of those of its own world, if any are made."""
    backup = services["backup"]
    host, bucket = re.fullmatch(r"s3://[^@]*@(.+):9000/(.+)", backup["environment"]["VOXELHEIM_OBJECTS"]).groups()
    makes = services["minio-setup"]
    url = makes["environment"]["MC_HOST_here"]
    if host not in services or not url.endswith(f"@{host}:9000") or makes["command"][-1] != f"here/{bucket}":
        yield f"copies go to {bucket} of {host}, which nobody makes"
    is_made = bool(backup["environment"]["VOXELHEIM_BACKUP_RECIPIENT"])
    told = [it for it in services["admin"]["command"] if it.startswith("--objects=")]
    if told != ([f"--objects={backup['environment']['VOXELHEIM_OBJECTS']}"] if is_made else []):
        yield f"staff are told of the copies' store by {told}"
    parts = dict(it.split("=") for it in backup["command"] if "=" in it)
    worlds = {it["target"]: it["source"] for it in backup["volumes"] if it["target"] in parts}
    for service in (it for it in services.values() if (it["command"] or [])[:1] == ["shard"]):
        mounts = {it["target"]: it["source"] for it in service["volumes"]}
        (name,) = (parts[target] for target, source in worlds.items() if source == mounts["/data"])
        told = [it for it in service["command"] if it.startswith("--copied=")]
        if told != ([f"--copied={backup['environment']['VOXELHEIM_COPIED']}/{name}"] if is_made else []):
            yield f"the server of {name} tells of copies by {told}"
        if mounts.get("/copied") not in {it["source"] for it in backup["volumes"]}:
            yield f"the server of {name} does not see when copies are made"


def faults_of_places(services):
    """Routes, health checks and services ask each service at the port that it is told to listen on."""
    asked = [("Traefik", url, "--listen") for url in re.findall(r'url: "([^"]*)"', ROUTES.read_text(encoding="utf-8"))]
    for name, service in services.items():
        if not service["image"].startswith(OUR_IMAGE):
            continue
        told = [it.split("=", 1) for it in service["command"] if "=" in it]
        told += service.get("environment", {}).items()
        asked += [(name, value, ASKS[it]) for it, value in told if it in ASKS and ":" in value]
        # Shards answer HTTP at the address for their status, all others at their only one.
        flag = "--status" if flag_of(service, "--status") else "--listen"
        for url in service.get("healthcheck", {}).get("test", [])[-1:]:
            asked.append((f"the health check of {name}", url.replace("127.0.0.1", name), flag))
    for who, where, flag in asked:
        host, port = re.fullmatch(r"(?:http://)?([\w.-]+):(\d+)(?:/.*)?", where).groups()
        address = flag_of(services.get(host, {}), flag) or "nothing"
        if address.rsplit(":", 1)[-1] != port:
            yield f"{who} asks {where}, and {host} is told {flag} {address}"


def flag_of(service, flag):
    """What its command says of a flag; none if nothing."""
    given = [it.split("=", 1)[1] for it in service.get("command") or [] if it.startswith(f"{flag}=")]
    return next(iter(given), None)


def main():
    rendered, *rest = sys.argv[1:]
    with open(rendered, encoding="utf-8") as file:
        services = json.load(file)["services"]
    faults = [f"backup: {it}" for it in faults_of_copies(services)]
    faults += faults_of_places(services)
    for name, service in sorted(services.items()):
        found = list(faults_of(name, service))
        if rest and service["image"].startswith(OUR_IMAGE):
            variables = service.get("environment", {})
            found += faults_of_command(rest[0], service["command"], variables)
            found += [f"it does not read {it}" for it in unknown_variables(rest[0], service["command"][0], variables)]
        faults += [f"{name}: {fault}" for fault in found]
        print(f"{'FAIL' if found else 'ok  '} {name}")
    for fault in faults:
        print(f"     {fault}")
    sys.exit(1 if faults else 0)


main()
