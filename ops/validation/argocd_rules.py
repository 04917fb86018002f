"""That Argo CD's pointers point to what is there, and that projects may do what they need to and no more.

    python3 ops/validation/argocd_rules.py FOLDER_OF_RENDERED_ENVIRONMENTS

In the folder is also `declared.yaml`, what argocd/environments is to kustomize.
"""

import pathlib
import re
import sys

from manifests import load

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARGOCD = ROOT / "argocd"
CLUSTER_WIDE = {("", "Namespace")}
# Kinds that an environment may have one day by a component of ours.
OPTIONAL = {("traefik.io", "IngressRouteUDP")}


def kind_of(manifest):
    group, slash, _ = manifest["apiVersion"].partition("/")
    return (group if slash else "", manifest["kind"])


def listed(kinds):
    return {(it["group"], it["kind"]) for it in kinds}


def faults_of_project(environment, project, rendered):
    """Its rights beside what the environment's manifests are."""
    spec = project["spec"]
    used = {kind_of(it) for it in rendered}
    allowed = listed(spec["namespaceResourceWhitelist"]) | listed(spec["clusterResourceWhitelist"])
    for kind in sorted(used - allowed):
        yield f"may not make {kind}"
    for kind in sorted(allowed - used - OPTIONAL):
        yield f"may make {kind}, which nothing needs"
    if listed(spec["clusterResourceWhitelist"]) - CLUSTER_WIDE:
        yield "may make more than its namespace in the cluster"
    if [it["namespace"] for it in spec["destinations"]] != [f"voxelheim-{environment}"]:
        yield "reaches beyond its namespace"
    if any("*" in it for it in spec["sourceRepos"]):
        yield "takes manifests from anywhere"
    namespaces = {it["metadata"].get("namespace", f"voxelheim-{environment}") for it in rendered}
    if namespaces != {f"voxelheim-{environment}"}:
        yield f"its manifests are of {namespaces}"


def faults_of_set(application_set, environments, parts):
    """Its parts are the overlays' parts, in the order of ops/k8s/apply."""
    name = application_set["metadata"]["name"]
    generators = application_set["spec"]["generators"][0]["matrix"]["generators"]
    own = [it["part"] for it in generators[1]["list"]["elements"]]
    if own != parts:
        yield f"has the parts {own}, ops/k8s/apply {parts}"
    if [it["wave"] for it in generators[1]["list"]["elements"]] != [str(i) for i in range(len(parts))]:
        yield "its waves are not its order"
    steps = application_set["spec"].get("strategy", {}).get("rollingSync", {}).get("steps")
    if steps and [it["matchExpressions"][0]["values"] for it in steps] != [[it] for it in parts]:
        yield "its steps are not its parts"
    selector = application_set["spec"]["generators"][0]["selector"]
    if selector != {"matchLabels": {"rollout": name}}:
        yield f"is for the environments of {selector}"
    members = [it for it in environments if it["rollout"] == name]
    if steps and len(members) != 1:
        yield f"{[it['environment'] for it in members]} wait for each other at each of its steps"
    template = application_set["spec"]["template"]["spec"]
    is_automated = "automated" in template["syncPolicy"]
    ignored = application_set["spec"].get("ignoreApplicationDifferences", [])
    if is_automated and "/spec/syncPolicy" not in [it for rule in ignored for it in rule["jsonPointers"]]:
        yield "overrules who stops the syncing of one of its Applications"
    for environment in members:
        if is_automated != (environment["environment"] in ("dev", "test")):
            yield f"{environment['environment']} must {'not ' if is_automated else ''}be automated"
        for part in parts:
            path = template["source"]["path"].replace("{{ .environment }}", environment["environment"])
            path = path.replace("{{ .part }}", part)
            if not (ROOT / path / "kustomization.yaml").is_file():
                yield f"points to {path}, which is not there"


def faults_of_copies(sets):
    """Sets that go step by step differ in their names and in what their heads say alone."""
    texts = {}
    for name in (it for it, application_set in sets.items() if "strategy" in application_set["spec"]):
        text = (ARGOCD / f"applicationsets/{name}.yaml").read_text()
        body = text[text.index("\napiVersion:") :]
        texts[name] = body.replace(f"name: {name}\n", "").replace(f"rollout: {name} ", "")
    for name, text in texts.items():
        if text != next(iter(texts.values())):
            yield f"{name} differs from {next(iter(texts))} in more than its name"


def faults_of_declared(application_set, project, environments, documents):
    """What is declared reaches each environment whole, as main has it, by itself, and nothing else does."""
    expected = {f"{it['environment']}.yaml": (ARGOCD / f"environments/{it['environment']}.yaml").read_text() for it in environments}
    if [(it["kind"], it["metadata"]["name"], it["data"]) for it in documents] != [("ConfigMap", "declared", expected)]:
        yield "argocd/environments/Kustomization does not bring each of its files"
    (git,) = (it["git"] for it in application_set["spec"]["generators"])
    template = application_set["spec"]["template"]["spec"]
    if template["source"]["path"] != "argocd/environments" or template["source"]["targetRevision"] != git["revision"]:
        yield "the set does not bring what the environments are made of"
    if not template["syncPolicy"].get("automated", {}).get("selfHeal"):
        yield "somebody must sync it"
    if template["project"] != project["metadata"]["name"]:
        yield f"is of the project {template['project']}"
    may = {(it["name"], it["namespace"]) for it in project["spec"]["destinations"]}
    if may != {(it["cluster"], f"voxelheim-{it['environment']}") for it in environments}:
        yield f"its project reaches {sorted(may)}"
    if listed(project["spec"]["namespaceResourceWhitelist"]) != {("", "ConfigMap")} or project["spec"]["clusterResourceWhitelist"]:
        yield "its project may make more than a ConfigMap"
    if "syncWindows" in project["spec"]:
        yield "its project has hours"


def main():
    rendered_in = pathlib.Path(sys.argv[1])
    parts = re.search(r"^PARTS=\(([^)]*)\)", (ROOT / "ops/k8s/apply").read_text(), re.M).group(1).split()
    environments = [load(it)[0] for it in sorted((ARGOCD / "environments").glob("*.yaml"))]
    faults = []
    for environment in environments:
        name = environment["environment"]
        (project,) = load(ARGOCD / f"projects/{name}.yaml")
        rendered = load(rendered_in / f"{name}.yaml")
        faults += [f"project {name}: {it}" for it in faults_of_project(name, project, rendered)]
    (declared_set,) = load(ARGOCD / "applicationsets/declared.yaml")
    (declared_project,) = load(ARGOCD / "projects/declared.yaml")
    documents = load(rendered_in / "declared.yaml")
    faults += [f"declared: {it}" for it in faults_of_declared(declared_set, declared_project, environments, documents)]
    sets = {it.stem: load(it)[0] for it in sorted(ARGOCD.glob("applicationsets/*.yaml")) if it.stem != "declared"}
    if set(sets) != {it["rollout"] for it in environments}:
        faults.append(f"there are the sets {sorted(sets)}, which are not those that environments name")
    for name, application_set in sets.items():
        faults += [f"{name}.yaml: {it}" for it in faults_of_set(application_set, environments, parts)]
    faults += faults_of_copies(sets)
    pointers_only = {"AppProject", "ApplicationSet", "Application"}
    for path in [ARGOCD / "root.yaml", *ARGOCD.glob("projects/*.yaml"), *ARGOCD.glob("applicationsets/*.yaml")]:
        faults += [f"{path.name}: a {it['kind']} is no pointer" for it in load(path) if it["kind"] not in pointers_only]
    for fault in faults:
        print(f"FAIL {fault}")
    sys.exit(1 if faults else 0)


main()
