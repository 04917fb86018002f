"""Puts what stands for Prometheus' own discovery into a configuration, so that a Prometheus without a cluster (or
built without that, as Debian's is) reads and relabels the rest of it.

    python3 ops/validation/watching/discovery.py CONFIGURATION FOLDER [MANIFESTS]

FOLDER gets prometheus.yml and a file of pods for each label that it selects by, in which each pod of the rendered
MANIFESTS, and the broker's, is found once for each of its ports, with the labels that Kubernetes' discovery gives it.
Prints role and name of those of ours that should be scraped: all but jobs, which end.
"""

import json
import pathlib
import re
import sys

import yaml

# There is no Ingress to discover: Traefik's routes are of a kind of its own.
ROLES = {"pod", "endpoints", "node"}
KEYS = {"role", "namespaces", "selectors"}
# As RabbitMQ's operator makes them of the cluster `rabbitmq` (ops/terraform/modules/rabbitmq).
BROKER = (
    "rabbitmq-server-0",
    {"app.kubernetes.io/name": "rabbitmq", "app.kubernetes.io/component": "rabbitmq", "app.kubernetes.io/part-of": "rabbitmq"},
    {"containers": [{"ports": [
        {"name": "epmd", "containerPort": 4369}, {"name": "amqp", "containerPort": 5672},
        {"name": "management", "containerPort": 15672}, {"name": "prometheus", "containerPort": 15692},
    ]}]},
)


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
            replaced["file_sd_configs"] = [{"files": [file_of(it)]} for it in value]
        else:
            replaced[key] = replace(value, found)
    return replaced


def file_of(discovery):
    label = "".join(it["label"] for it in discovery.get("selectors", []))
    return f"{discovery['role']}{re.sub(r'[^a-z]+', '-', '/' + label)}.json" if label else f"{discovery['role']}.json"


def selectors(node):
    """Each discovery of pods, with the labels that it selects by."""
    if isinstance(node, list):
        return [found for it in node for found in selectors(it)]
    if not isinstance(node, dict):
        return []
    found = [it for it in node.get("kubernetes_sd_configs", []) if it["role"] == "pod"]
    return found + [it for value in node.values() for it in selectors(value)]


def is_selected(discovery, labels):
    return all(labels.get(key) == value for it in discovery.get("selectors", []) for key, value in [it["label"].split("=")])


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
    read = yaml.safe_load(pathlib.Path(configuration).read_text())
    replaced = replace(read, found)
    (folder / "prometheus.yml").write_text(yaml.safe_dump(replaced))
    manifests = [it for path in rest for it in yaml.safe_load_all(pathlib.Path(path).read_text()) if it]
    ours = [it for it in pods(manifests) if it[2].get("app.kubernetes.io/name") == "voxelheim"]
    everybody = [*(pod for _, *pod in ours), BROKER]
    for discovery in selectors(read):
        selected = [target for pod in everybody if is_selected(discovery, pod[1]) for target in targets(*pod)]
        (folder / file_of(discovery)).write_text(json.dumps(selected))
    for role in ROLES - {"pod"}:
        (folder / f"{role}.json").write_text("[]")
    scraped = [(labels["app.kubernetes.io/component"], name) for kind, name, labels, _ in ours if kind != "Job"]
    print(json.dumps(sorted(f"{role} {name}" for role, name in scraped)))
    for fault in found:
        print(fault, file=sys.stderr)
    sys.exit(1 if found else 0)


main()
