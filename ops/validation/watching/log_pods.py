"""That the manifests of ops/elk fit the configurations that they mount, each other, and docker-compose.yml.

    python3 ops/validation/watching/log_pods.py RENDERED.yaml
"""

import pathlib
import re
import sys

import yaml

import logstash

ROOT = pathlib.Path(__file__).resolve().parents[3]
ELK = ROOT / "ops/elk"
READ = {"pods": ["get", "list", "watch"]}
SECRET = "voxelheim-logs"


def main():
    documents = [it for it in yaml.safe_load_all(pathlib.Path(sys.argv[1]).read_text()) if it]
    by_name = {(it["kind"], it["metadata"]["name"]): it for it in documents}
    filebeat = by_name["DaemonSet", "filebeat"]["spec"]["template"]["spec"]
    logs = by_name["StatefulSet", "logstash"]["spec"]["template"]["spec"]
    faults = [*of_versions(filebeat, logs), *of_filebeat(filebeat, by_name), *of_logstash(logs, by_name)]
    faults += [*of_setup(logs, by_name), *of_policies(documents, {"filebeat": filebeat, "logstash": logs})]
    for fault in faults:
        print(f"FAIL logs: {fault}")
    print(f"logs: {len(documents)} manifests, {len(faults)} faults")
    sys.exit(1 if faults else 0)


def of_versions(*pods):
    """What runs here is what runs under compose, and so is tried by everybody."""
    compose = {it["image"] for it in yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"].values()}
    for container in (it for pod in pods for it in containers(pod)):
        if container["image"] not in compose:
            yield f"{container['image']} is not what docker-compose.yml has"


def of_filebeat(pod, by_name):
    """It reads our environments' files and nothing else of its node, and asks the API for pods alone."""
    config = yaml.safe_load((ELK / "filebeat/kubernetes.yml").read_text())
    (container,) = pod["containers"]
    yield from of_variables(container, (ELK / "filebeat/kubernetes.yml").read_text(), r"\$\{(\w+)\}")
    yield from of_probes(container, config["http"]["port"])
    mounts = {it["name"]: it for it in container["volumeMounts"]}
    hosts = {it["name"]: it["hostPath"]["path"] for it in pod["volumes"] if "hostPath" in it}
    (paths,) = (it["paths"] for it in config["filebeat.inputs"])
    read = [hosts[name] for name in hosts if mounts[name].get("readOnly") and mounts[name]["mountPath"] == hosts[name]]
    for path in paths:
        if not any(path.startswith(f"{it}/") for it in read):
            yield f"{path} is in no folder that is mounted"
        for overlay in (ROOT / "ops/k8s/overlays").iterdir():
            if not pathlib.PurePosixPath(f"/var/log/pods/voxelheim-{overlay.name}_pod-1_uid/shard/0.log").match(path):
                yield f"{path} is not what pods of {overlay.name} say"
    written = {mounts[it]["mountPath"] for it in hosts if not mounts[it].get("readOnly")}
    if written != {"/usr/share/filebeat/data"}:
        yield f"writes {sorted(written)} of its node"
    (rule,) = by_name["ClusterRole", "voxelheim-filebeat"]["rules"]
    if {it: rule["verbs"] for it in rule["resources"]} != READ:
        yield f"may {rule}"
    (target,) = config["output.logstash"]["hosts"]
    name, port = target.split(":")
    if int(port) not in [it["port"] for it in by_name["Service", name]["spec"]["ports"]]:
        yield f"sends to {target}, which is no Service"


def of_logstash(pod, by_name):
    """It listens where its Service leads, and knows Elasticsearch by the secret."""
    text = (ELK / "logstash/voxelheim.conf").read_text()
    (container,) = pod["containers"]
    yield from of_variables(container, text, r"\$\{(\w+)(?::[^}]*)?\}", known={"LS_JAVA_OPTS"})
    ports = {it["name"]: it["containerPort"] for it in container["ports"]}
    yield from of_probes(container, 9600)
    opened = [options["port"] for plugin, options in logstash.read(text)["input"] if plugin == "beats"]
    told = [ports[it["targetPort"]] for it in by_name["Service", "logstash"]["spec"]["ports"]]
    if opened != told:
        yield f"listens on {opened}, and its Service leads to {told}"
    mounted = {it.get("subPath"): it["mountPath"] for it in container["volumeMounts"]}
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["logstash"]["volumes"]
    for source, target, *_ in (it.split(":") for it in compose):
        if source.startswith("./") and mounted.get(pathlib.Path(source).name) != target:
            yield f"{source} is not at {target}"


def of_setup(pod, by_name):
    """The script finds its files beside it, and has what it asks for."""
    (container,) = pod["initContainers"]
    text = (ELK / "setup.sh").read_text()
    required = set(re.findall(r'"\$\{(\w+):\?', text))
    given = {it["name"] for it in container["env"]}
    if not required <= given:
        yield f"setup.sh needs {sorted(required - given)}"
    volume = next(it["configMap"] for it in pod["volumes"] if it["name"] == container["volumeMounts"][0]["name"])
    kept = by_name["ConfigMap", volume["name"]]["data"]
    there = {it["path"]: kept[it["key"]] for it in volume["items"]}
    files = {"setup.sh", *(f"elasticsearch/{it}" for it in re.findall(r"(\w+\.json)", text))}
    if set(there) != files or any((ELK / it).read_text() != there[it] for it in files):
        yield f"setup.sh has {sorted(there)}, not {sorted(files)}"
    if not volume["defaultMode"] & 0o111:
        yield "setup.sh cannot be run"


def of_variables(container, text, pattern, known=frozenset()):
    """Those that a configuration names are given, from the secret if any, and no others."""
    given = {it["name"]: it.get("valueFrom", {}).get("secretKeyRef", {}).get("name") for it in container["env"]}
    named = set(re.findall(pattern, text))
    if set(given) - known != named:
        yield f"{container['name']} has the variables {sorted(given)}, its configuration names {sorted(named)}"
    if not {it for it in given.values() if it} <= {SECRET}:
        yield f"{container['name']} needs another secret than {SECRET}"


def of_probes(container, port):
    ports = {it["name"]: it["containerPort"] for it in container["ports"]}
    for probe in ("readinessProbe", "livenessProbe"):
        if ports.get(container[probe]["httpGet"]["port"]) != port:
            yield f"{probe} of {container['name']} does not ask {port}"


def of_policies(documents, pods):
    """Each is of pods that there are, and between them by ports that they have."""
    ports = {name: {it["name"] for it in pod["containers"][0]["ports"]} for name, pod in pods.items()}
    for policy in (it for it in documents if it["kind"] == "NetworkPolicy"):
        spec, name = policy["spec"], policy["metadata"]["name"]
        selected = spec["podSelector"].get("matchLabels", {}).get("app.kubernetes.io/name")
        if selected not in (None, *pods):
            yield f"the policy {name} is of nobody"
        for rule in spec.get("egress", []) + spec.get("ingress", []):
            ends = {it["podSelector"]["matchLabels"].get("app.kubernetes.io/name") for it in rule.get("to", []) if set(it) == {"podSelector"}}
            for port in (it["port"] for it in rule["ports"] if isinstance(it["port"], str)):
                for end in ends or {selected}:
                    if port not in ports.get(end, ()):
                        yield f"the policy {name} names a port {port} that {end} does not have"


def containers(pod):
    return [*pod.get("initContainers", []), *pod["containers"]]


main()
