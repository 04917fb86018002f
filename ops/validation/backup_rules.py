"""What brings copies back in a cluster: Jobs that run where the shards do whose worlds they restore, scripts that were
tried, and steps in docs/disaster-recovery.md that kubectl takes and that name what there is.

    python3 ops/validation/backup_rules.py jobs RENDERED.yaml
    python3 ops/validation/backup_rules.py steps RENDERED.yaml STEPS.md [PAGE.md]...

RENDERED.yaml is an environment with the Jobs that ops/k8s/restore prints for it. Of other pages, too, kubectl takes all
commands.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

from manifests import load, of_kind, pods_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECTION = "### In a cluster"
# Nobody listens there: what kubectl understands it would have asked.
NOBODY = "http://127.0.0.1:9"
# For what is read from standard input.
ANYTHING = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "any"}}'
PLACE = ("nodeSelector", "tolerations")


def placed(documents):
    """A disk is made in the zone of who mounts it first, so a world is restored on a node that its shard may run on."""
    shards = {it["metadata"]["name"]: it["spec"]["template"]["spec"] for it in of_kind(documents, "StatefulSet")}
    for pod in (it for it in pods_of(documents) if it.owner["kind"] == "Job"):
        volumes = (it.get("persistentVolumeClaim") for it in pod.spec.get("volumes", []))
        for claim in (it["claimName"] for it in volumes if it):
            [shard] = [spec for name, spec in shards.items() if claim.startswith(f"data-{name}-")]
            for field in (it for it in PLACE if (pod.spec.get(it) or None) != (shard.get(it) or None)):
                yield f"{pod.name} has the {field} {pod.spec.get(field)}, its shard {shard.get(field)}"


def tried(documents):
    """No manifest runs a script that ops/validation/backup.sh does not."""
    proof = (ROOT / "ops/validation/backup.sh").read_text()
    for script in sorted({it["args"][0] for pod in pods_of(documents) for it in pod.scripts}):
        if f"/ops/scripts/{script}" not in proof:
            yield f"nobody tries {script}, which manifests run"


def named(documents, commands):
    """The steps are for this environment as it is: its jobs, its shards, and each stopped and started again."""
    text = "\n".join(commands)
    [shards] = of_kind(documents, "StatefulSet")
    count = shards["spec"]["replicas"]
    worlds = [f"pod-{1 + number}" for number in range(count)]
    expected = [
        *(f"data-{it}" for it in worlds),
        *(f"ops/k8s/restore live {it} ID" for it in ["databases", *worlds]),
        *(f"job/restore-{it}" for it in ["databases", *worlds]),
        f"scale --replicas {count} statefulset/{shards['metadata']['name']}",
    ]
    for job in (it["metadata"]["name"] for it in of_kind(documents, "CronJob")):
        expected += [f"patch cronjob {job} --patch '{{\"spec\": {{\"suspend\": {it}}}}}'" for it in ("true", "false")]
    yield from (f"the steps lack: {it}" for it in expected if it not in text)
    yield from (f"the steps lack: {it}" for it in emptied_stores() if it not in text)
    there = {f"{it['kind'].lower()}/{it['metadata']['name']}" for it in documents}
    for name in re.findall(r"\b(?:deployment|statefulset)/[\w-]+", text):
        if name not in there:
            yield f"the steps name {name}, which is not there"
    for name in re.findall(r"\bcronjob ([\w-]+)", text):
        if f"cronjob/{name}" not in there:
            yield f"the steps name the CronJob {name}, which is not there"


def emptied_stores():
    """Every database that Terraform makes is emptied, by its own names; what Citus spreads, once its workers were counted."""
    made = (ROOT / "ops/terraform/modules/environment/main.tf").read_text()
    for name, workers in re.findall(r"^    (\w+) += { workers = ([^,]+),", made, re.M):
        pod = f"{name}-0" if workers == "0" else f"{name}-coord-0"
        asked = f"exec {pod} --container postgres-util -- psql {name} --command"
        yield f'{asked} "DROP OWNED BY voxelheim CASCADE"'
        if workers != "0":
            yield f'{asked} "SELECT count(*) FROM citus_get_active_worker_nodes()"'
    warehouse = (ROOT / "ops/terraform/modules/clickhouse/main.tf").read_text()
    yield "ON CLUSTER voxelheim " + re.search(r'"(ENGINE = Replicated\([^"]*)"', warehouse)[1]


def steps_of(text):
    """The commands of the section."""
    return indented(text.split(f"\n{SECTION}\n")[1].split("\n### ")[0])


def indented(text):
    """Lines that are commands, with those that they go on in."""
    joined = re.sub(r" \\\n +", " ", text)
    return re.findall(r"^ {4,}(.*)$", joined, re.M)


def of_kubectl(text):
    """Arguments of each kubectl that is told, without what it runs elsewhere."""
    for told in [*indented(text), *re.findall(r"`([^`\n]+)`", text)]:
        for part in re.split(r" \| | && | # ", told):
            if part.strip().startswith("kubectl "):
                yield shlex.split(part)[1:]


def understood(commands):
    """What kubectl would refuse before it asked anybody."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("argocd", "ops"):
            (pathlib.Path(folder) / name).symlink_to(ROOT / name)
        # What a secret is made from.
        (pathlib.Path(folder) / "identity").touch()
        for arguments in commands:
            asked = ask(arguments, folder)
            if not re.search(r"connection refused|was refused", asked):
                yield f"kubectl {shlex.join(arguments)}: {asked.strip().splitlines()[-1] if asked else 'asked nobody'}"


def ask(arguments, folder):
    here = next((place for place, it in enumerate(arguments) if it == "--"), len(arguments))
    command = ["kubectl", *arguments[:here], f"--server={NOBODY}", "--request-timeout=2s", *arguments[here:]]
    environment = {**os.environ, "KUBECONFIG": os.devnull}
    asked = subprocess.run(
        command, cwd=folder, env=environment, input=ANYTHING, capture_output=True, text=True, check=False, timeout=30
    )
    return asked.stderr


def emptied(commands):
    """Nodes are not emptied without this, for pods have scratch folders."""
    for arguments in (it for it in commands if it[0] == "drain"):
        if "--delete-emptydir-data" not in arguments:
            yield f"kubectl {shlex.join(arguments)} is refused where a pod has an emptyDir"


def main():
    what, rendered, *pages = sys.argv[1:]
    documents = load(rendered)
    if what == "jobs":
        faults = [*placed(documents), *tried(documents)]
        print(f"{len(pods_of(documents))} pods, {len(faults)} faults")
    else:
        texts = [pathlib.Path(page).read_text(encoding="utf-8") for page in pages]
        commands = list(dict.fromkeys(tuple(it) for text in texts for it in of_kubectl(text)))
        faults = [*named(documents, steps_of(texts[0])), *understood(commands), *emptied(commands)]
        print(f"{len(commands)} commands of kubectl, {len(faults)} faults")
    for fault in faults:
        print(f"FAIL {fault}")
    sys.exit(1 if faults else 0)


main()
