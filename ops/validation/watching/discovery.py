"""Puts what stands for Prometheus' own discovery into a configuration, so that a Prometheus without a cluster (or
built without that, as Debian's is) reads and relabels the rest of it.

    python3 ops/validation/watching/discovery.py CONFIGURATION FOLDER [MANIFESTS]

FOLDER gets prometheus.yml and pod.json, in which each pod of the rendered MANIFESTS is found once for each of its
ports, with the labels that Kubernetes' discovery gives it. Prints role and name of those that should be scraped:
all but jobs, which end.
"""

import json
import pathlib
import re
import sys

import yaml

ROLES = {"pod", "endpoints", "ingress", "node"}
KEYS = {"role", "namespaces", "selectors"}


def replace(node, found):
    """Discovery by files in place of Kubernetes', everywhere; what is odd about it goes to `found`."""
    if isinstance(node, list):
        return [replace(it, found) for it in node]
    if not isinstance(node, dict):
        return node
    replaced = {}
    for key, value in node.items():
        if key == "kubernetes_sd_configs":
            found += [f"odd discovery: {it}" for it in value if it.get("role") not in ROLES or set(it) - KEYS]
            role = value[0]["role"]
            replaced["file_sd_configs"] = [{"files": [f"{role}.json"]}]
        else:
            replaced[key] = replace(value, found)
    return replaced


def pods(manifests):
    """Kind, name, labels and containers of each pod that the manifests make; of a set its first."""
    for manifest in manifests:
        kind, spec = manifest["kind"], manifest.get("spec", {})
        if kind in ("Deployment", "StatefulSet", "Job"):
            template = spec["template"]
            first = spec.get("ordinals", {}).get("start", 0)
            suffix = f"-{first}" if kind == "StatefulSet" else "-x"
            yield kind, manifest["metadata"]["name"] + suffix, template["metadata"].get("labels", {}), template["spec"]


def targets(name, labels, spec):
    for container in spec["containers"]:
        # A container without ports is found, too.
        for port in container.get("ports") or [{}]:
            number = port.get("containerPort", 80)
            yield {
                "targets": [f"10.0.0.1:{number}"],
                "labels": {
                    "__meta_kubernetes_pod_name": name,
                    "__meta_kubernetes_pod_node_name": "node-1",
                    "__meta_kubernetes_pod_phase": "Running",
                    "__meta_kubernetes_pod_container_port_name": port.get("name", ""),
                    **{f"__meta_kubernetes_pod_label_{re.sub(r'[^a-zA-Z0-9_]', '_', key)}": str(value) for key, value in labels.items()},
                },
            }


def main():
    configuration, folder, *rest = sys.argv[1:]
    folder = pathlib.Path(folder)
    found = []
    replaced = replace(yaml.safe_load(pathlib.Path(configuration).read_text()), found)
    (folder / "prometheus.yml").write_text(yaml.safe_dump(replaced))
    manifests = [it for path in rest for it in yaml.safe_load_all(pathlib.Path(path).read_text()) if it]
    ours = [it for it in pods(manifests) if it[2].get("app.kubernetes.io/name") == "voxelheim"]
    (folder / "pod.json").write_text(json.dumps([target for _, *pod in ours for target in targets(*pod)]))
    for role in ROLES - {"pod"}:
        (folder / f"{role}.json").write_text("[]")
    scraped = [(labels["app.kubernetes.io/component"], name) for kind, name, labels, _ in ours if kind != "Job"]
    print(json.dumps(sorted(f"{role} {name}" for role, name in scraped)))
    for fault in found:
        print(fault, file=sys.stderr)
    sys.exit(1 if found else 0)


main()
