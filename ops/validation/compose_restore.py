"""The steps of docs/disaster-recovery.md that bring copies back under compose: the services, volumes, scripts and
arguments that they name are there, what opens copies is only read, and nothing goes but what comes back.

    python3 ops/validation/compose_restore.py RENDERED.json [STEPS.md]

RENDERED.json is what docker compose makes of the file.
"""

import json
import math
import pathlib
import re
import shlex
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
STEPS = ROOT / "docs/disaster-recovery.md"
SECTION = "### Under compose"
SCRIPTS = ROOT / "ops/scripts"
# What is made anew before copies come back: databases, the directory of who runs the world, the world's parts.
ANEW = {"directory", "postgres", "clickhouse", "shard-1", "shard-2"}
# What the scripts need, and each of them at least once.
NEEDED = {"import_db_dump.sh", "restore_world.sh"}
OF_COMPOSE = {"down": 0, "create": 1, "up": 1, "run": 1}


def commands_of(page):
    section = page.read_text(encoding="utf-8").split(f"\n{SECTION}\n")[1].split("\n## ")[0]
    joined = re.sub(r" \\\n +", " ", section)
    return [shlex.split(it) for it in re.findall(r"^ {4}(.*)$", joined, re.M)]


def faults_of(command, file):
    match command:
        case ["docker", "volume", "rm", "--force", *volumes]:
            gone = {it.removeprefix(f"{file['name']}_") for it in volumes}
            if gone != ANEW or not gone <= set(file["volumes"]):
                yield f"the volumes {sorted(gone)} go, not {sorted(ANEW)}"
        case ["docker", "compose", "run", "--rm", service, *words]:
            yield from faults_of_run(service, words, file)
        case ["docker", "compose", *words]:
            rest = [it for it in words if not it.startswith("--") and it != "*"]
            if rest[0] not in OF_COMPOSE or len(rest) <= OF_COMPOSE[rest[0]]:
                yield f"what is {' '.join(words)}?"
            yield from (f"there is no service {it}" for it in rest[1:] if it not in file["services"])
        case ["sudo", *_]:
            pass
        case _:
            yield f"what is {' '.join(command)}?"


def faults_of_run(name, words, file):
    service = file["services"].get(name)
    if service is None:
        yield f"there is no service {name}"
        return
    told = next((it for it in words if it.startswith(("databases/", "worlds/", "archive:"))), None)
    environment = service["environment"]["VOXELHEIM_ENVIRONMENT"]
    if told and not re.fullmatch(rf"(archive:)?databases/{environment}(:ID)?|worlds/{environment}/pod-\d", told):
        yield f"there are no copies called {told}"
    if words[0] == "voxelheim":
        return
    script = SCRIPTS / words[0]
    if not script.is_file():
        yield f"there is no script {words[0]}"
        return
    text = script.read_text(encoding="utf-8")
    least, most = counts_of(text)
    if not least <= len(words) - 1 <= most:
        yield f"{' '.join(words)} has other than {least} to {most} arguments"
        return
    needed = {it for line in re.findall(r"^\s*require (.+)$", text, re.M) for it in line.split()}
    needed |= {"VOXELHEIM_BACKUP_IDENTITY"} if re.search(r"\bunseal\b", text) else set()
    yield from (f"{words[0]} needs {it}, which {name} has not" for it in sorted(needed - set(service["environment"])))
    if words[0] == "restore_world.sh" and len(words) > 3:
        yield from faults_of_world(words[2], words[3], service, file)


def counts_of(text):
    """How many arguments a script takes, as its usage says; of what ends with dots as many as one likes."""
    words = re.search(r'usage: \$0 (.+?)"', text).group(1).split()
    most = math.inf if words[-1].endswith("...") else len(words)
    return sum(not it.startswith("[") for it in words), most


def faults_of_world(folder, name, service, file):
    """A world goes back into the volume that it was copied from, and that its shard has."""
    backup = file["services"]["backup"]
    made = dict(it.split("=")[::-1] for it in backup["command"] if "=" in it)
    copied = mounts_of(backup).get(made.get(name), {}).get("source")
    volume = mounts_of(service).get(folder, {})
    shards = [it for it in file["services"].values() if (it["command"] or [])[:1] == ["shard"]]
    owned = {mounts_of(it)["/data"]["source"] for it in shards}
    if not copied or volume.get("source") != copied or copied not in owned:
        yield f"the copies {name} are of {copied}, and come back into {volume.get('source')}"
    if volume.get("read_only"):
        yield f"{folder} cannot be written"


def faults_of_identity(commands, file):
    """What opens copies is where the steps put it, for the user who reads it, and goes away again."""
    service = file["services"]["restore"]
    mount = mounts_of(service).get(service["environment"].get("VOXELHEIM_BACKUP_IDENTITY"), {})
    place = mount.get("source")
    if not mount.get("read_only"):
        yield "what opens copies may be written"
    user = re.search(r"^USER (\d+):", (ROOT / "ops/docker/Dockerfile").read_text(encoding="utf-8"), re.M).group(1)
    put = ["sudo", "install", "--owner", user, "--mode", "0400", "identity", place]
    if put not in commands or commands[-1] != ["sudo", "rm", place]:
        yield f"what opens copies is not put at {place} for user {user}, and removed at last"


def faults_of_stores(commands, file):
    """What the service asks was started before, and nothing else has to be."""
    started = {name for it in commands if it[:3] == ["docker", "compose", "up"] for name in it[3:]}
    urls = " ".join(file["services"]["restore"]["environment"].values())
    for host in sorted(set(re.findall(r"@([\w-]+):\d+", urls)) - started):
        yield f"restore asks {host}, which no step starts"


def mounts_of(service):
    return {it["target"]: it for it in service.get("volumes", [])}


def main():
    rendered, *pages = sys.argv[1:]
    file = json.loads(pathlib.Path(rendered).read_text(encoding="utf-8"))
    commands = commands_of(pathlib.Path(pages[0]) if pages else STEPS)
    faults = [fault for command in commands for fault in faults_of(command, file)]
    faults += [*faults_of_identity(commands, file), *faults_of_stores(commands, file)]
    faults += [f"the steps do not run {it}" for it in sorted(NEEDED - {word for it in commands for word in it})]
    worlds = {it[-2] for it in commands if "restore_world.sh" in it}
    faults += [f"no step restores {it}" for it in sorted({"pod-1", "pod-2"} - worlds)]
    for fault in faults:
        print(f"FAIL {fault}")
    print(f"{len(commands)} steps, {len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
