"""Alerts, their tests and their runbooks belong together, and runbooks tell of commands that there are.

    python3 ops/validation/watching/alerts.py [BINARY]

Prints a sentence for each fault, and fails if there is one.
"""

import functools
import json
import pathlib
import re
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
RULES = ROOT / "ops/prometheus/rules"
TESTS = ROOT / "ops/prometheus/tests"
RUNBOOKS = ROOT / "docs/runbooks"
STEPS = ROOT / "docs/disaster-recovery.md"

SEVERITIES = {"page", "ticket", "none"}
HEADINGS = ["## What it means", "## What to look at", "## What to do"]
# It never clears: that is what it is for.
NEVER_CLEAR = {"Watchdog"}
# What RabbitMQ takes of a shovel between two of its queues (AMQP 0.9.1).
SHOVEL_KEYS = {
    "ack-mode", "dest-add-forward-headers", "dest-exchange", "dest-exchange-key", "dest-protocol", "dest-queue",
    "dest-uri", "reconnect-delay", "src-delete-after", "src-prefetch-count", "src-protocol", "src-queue", "src-uri",
}
# A page that has something restored, and one that has a pod's volume or folder lost.
RESTORES = re.compile(r"\b[Rr]estore\b|from (?:the|a) backup")
LOST_FOLDER = re.compile(r"(?:volume|folder) is (?:gone|lost)")
# What stands for something of the reader's in a command.
PLACEHOLDER = re.compile(r"^[A-Z]+$|^\S*/|^http")


def alerts():
    for path in sorted(RULES.glob("*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            yield from (rule for rule in group["rules"] if "alert" in rule)


def tests():
    for path in sorted(TESTS.glob("*.yml")):
        yield from yaml.safe_load(path.read_text())["tests"]


def faults_of_alert(rule, tests_by_name):
    labels, annotations = rule.get("labels", {}), rule.get("annotations", {})
    if labels.get("severity") not in SEVERITIES or not labels.get("area"):
        yield "has no severity or area"
    if not annotations.get("summary"):
        yield "has no summary"
    page = ROOT / annotations.get("runbook", "none")
    if not page.is_file():
        yield "has no runbook"
    elif f"`{rule['alert']}`" not in page.read_text() and page.stem != rule["alert"]:
        yield f"is not named in {page.name}"
    test = tests_by_name.get(rule["alert"])
    if test is None:
        yield "has no test"
    else:
        yield from faults_of_test(rule["alert"], test)


def faults_of_test(alert, test):
    """It must fire, and clear after that."""
    asked = [it for it in test["promql_expr_test"] if f'alertname="{alert}"' in it["expr"]]
    fires = [minutes(it["eval_time"]) for it in asked if it["exp_samples"]]
    clears = [minutes(it["eval_time"]) for it in asked if not it["exp_samples"]]
    if not fires:
        yield "never fires in its test"
    elif alert not in NEVER_CLEAR and not any(clear > fires[0] for clear in clears):
        yield "never clears in its test"


def minutes(duration):
    units = {"d": 1440, "h": 60, "m": 1, "s": 1 / 60}
    return sum(int(count) * units[unit] for count, unit in re.findall(r"(\d+)([dhms])", str(duration)))


def faults_of_runbook(page, rules, binary):
    text = page.read_text()
    if not text.startswith(f"# {page.stem}\n"):
        yield "is not titled by its name"
    if [line for line in text.splitlines() if line.startswith("## ")] != HEADINGS:
        yield "has other headings than the rest"
    if not any(rule["annotations"].get("runbook", "").endswith(f"/{page.name}") for rule in rules):
        yield "is of no alert"
    yield from faults_of_broker(text)
    yield from faults_of_restores(text)
    if binary:
        yield from faults_of_commands(text, binary)


def faults_of_commands(text, binary):
    for command in commands(text):
        fault = unknown(binary, command.split())
        if fault:
            yield f"`{command}`: {fault}"


def faults_of_reach(pages):
    """What is asked by HTTP is brought to whoever asks, by README.md: in a cluster nobody else may ask a pod."""
    index = (RUNBOOKS / "README.md").read_text()
    forwards = re.findall(r"kubectl port-forward (\S+) (\d+):(\d+)", index)
    manifests = "\n".join(it.read_text() for it in (ROOT / "ops/k8s").rglob("*.yaml"))
    for what, _, port in forwards:
        if not re.search(rf"containerPort: {port}\b", manifests):
            yield f"README.md reaches {what} at port {port}, which no container has"
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    places = {("127.0.0.1", port) for _, port, _ in forwards}
    for page in [*pages, RUNBOOKS / "README.md"]:
        for host, port in re.findall(r"http://([\w.-]+):(\d+)", page.read_text()):
            if (host, port) not in places and host not in services:
                yield f"{page.name} asks {host}:{port}, which nobody reaches"


def faults_of_restores(text):
    """Who is to restore something is led to the steps: of several pods none comes back from a copy alone."""
    if RESTORES.search(text) and "disaster-recovery.md" not in text:
        yield "has something restored, and does not say by which steps"
    if LOST_FOLDER.search(text) and f"{STEPS.name}#one-lost-volume" not in text:
        yield "has a pod without its volume, and does not say that the whole world goes back"


def faults_of_steps():
    if "\n### One lost volume\n" not in STEPS.read_text():
        yield f"{STEPS.name} does not say what to do about one lost volume"


def faults_of_broker(text):
    """What is asked of the broker, its image has: no rabbitmqadmin, which comes with the management page only."""
    image = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["rabbitmq"]["image"]
    if "rabbitmqadmin" in text and "-management" not in image:
        yield f"{image} has no rabbitmqadmin"
    shovels = re.findall(r"set_parameter shovel \S+ '(.*)'", text)
    if shovels and "rabbitmq-plugins enable rabbitmq_shovel" not in text:
        yield "nobody enables shovels"
    for shovel in shovels:
        unknown_keys = set(json.loads(shovel)) - SHOVEL_KEYS
        if unknown_keys:
            yield f"a shovel has no {', '.join(sorted(unknown_keys))}"


def commands(text):
    """What is told to the binary: in indented lines, also through docker and kubectl, and in backticks."""
    for line in re.findall(r"^ {4,}(.*)$", text, re.M) + re.findall(r"`([^`]+)`", text):
        told = re.search(r"(?:^|exec \S+ (?:-- )?)voxelheim (.+)$", line.strip())
        if told:
            yield told.group(1)


def unknown(binary, words):
    """What of a command the binary does not know; nothing if it knows all."""
    path, flags = [], []
    for word, value in zip(words, words[1:] + [""]):
        if word.startswith("--"):
            flags.append(word.split("=")[0])
        elif is_subcommand(binary, path, word):
            path.append(word)
    if not path and not flags:
        return "no such command"
    known = set(re.findall(r"--[a-z-]+", help_of(binary, ()) if not path else ""))
    for depth in range(1, len(path) + 1):
        known |= set(re.findall(r"--[a-z-]+", help_of(binary, tuple(path[:depth]))))
    missing = [flag for flag in flags if flag not in known]
    if missing:
        return f"there is no {', '.join(missing)}"
    return unknown_word(binary, path, words)


def unknown_word(binary, path, words):
    """A word that is neither a command, a flag's value nor a placeholder."""
    values = {value for flag, value in zip(words, words[1:]) if flag.startswith("--")}
    for word in words:
        if word.startswith("--") or word in path or word in values or PLACEHOLDER.match(word):
            continue
        return f"what is {word}?"
    return None


def is_subcommand(binary, path, word):
    listed = re.search(r"\nCommands:\n((?:  .*\n|\n)+?)(?:\n\S|$)", help_of(binary, tuple(path)) + "\n")
    return bool(listed) and bool(re.search(rf"^  {re.escape(word)}\s", listed.group(1), re.M))


@functools.cache
def help_of(binary, path):
    asked = subprocess.run([binary, *path, "--help"], capture_output=True, text=True, check=False)
    return asked.stdout


def faults_of_index(rules):
    index = (RUNBOOKS / "README.md").read_text()
    for rule in rules:
        page = pathlib.Path(rule["annotations"].get("runbook", "none")).name
        row = rf"^\| \[{rule['alert']}\]\({page}\) \| {rule['labels'].get('severity')} \|"
        if not re.search(row, index, re.M):
            yield f"README.md has no row of {rule['alert']} with its severity"


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else None
    rules = list(alerts())
    tests_by_name = {test["name"]: test for test in tests()}
    faults = [f"{rule['alert']} {fault}" for rule in rules for fault in faults_of_alert(rule, tests_by_name)]
    pages = sorted(page for page in RUNBOOKS.glob("*.md") if page.name != "README.md")
    faults += [f"{page.name} {fault}" for page in pages for fault in faults_of_runbook(page, rules, binary)]
    faults += faults_of_index(rules)
    faults += faults_of_reach(pages)
    faults += faults_of_steps()
    for fault in faults:
        print(fault)
    print(f"{len(rules)} alerts, {len(pages)} runbooks, {len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
