"""What schemas do not say of an environment's manifests: that they are fit to be run, agree with each other, and
fit the binary.

    python3 ops/validation/manifest_rules.py ENVIRONMENT RENDERED.yaml [BINARY]
"""

import ipaddress
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ops/dev"))

from binary_help import VARIABLES_OF_ALL, faults_of_command, unknown_variables  # noqa: E402
from manifests import OBJECTS_PORT, STORE_PORTS, TRUSTED, VARIABLE, load, of_kind, pods_of, selects  # noqa: E402

# Where the binary says how long a role may take to stop, in seconds.
STOPS = {
    "shard": ("services/cluster/src/limits.rs", "DRAIN_PATIENCE"),
    "edge": ("services/cluster/src/limits.rs", "HANDOVER_PATIENCE"),
}
STOP_OF_SERVICES = ("services/web/src/limits.rs", "STOP_TIME_MAX")
# For what else there is to do: closing a journal, last words.
STOP_SLACK_S = 10
FLAGS_OF_FILES = ("--data", "--master-key", "--key", "--mail", "--copied")
CREDENTIALS = ("authority.crt", "tls.crt", "tls.key")
# What scripts need for what environment.sh does for them.
BY_VERBS = {"seal": "VOXELHEIM_BACKUP_RECIPIENT", "unseal": "VOXELHEIM_BACKUP_IDENTITY"}
# What argocd/environments is as a ConfigMap; argocd_rules.py holds it to its files.
DECLARED = "declared"
# What Argo CD applies one after the other, each well before the next, and what it does not ask whether it is well.
WAVE = "argocd.argoproj.io/sync-wave"
UNASKED = "argocd.argoproj.io/ignore-healthcheck"
# By which ops/k8s/apply brings one edge after the other.
EDGE = "voxelheim.io/edge"
# Only who has players or moves them makes resume tokens.
MAKES_TOKENS = ("shard", "edge")


def guarded(pod):
    """It may do no more than it needs to."""
    outside = pod.spec.get("securityContext", {})
    if not outside.get("runAsNonRoot") or not outside.get("runAsUser"):
        yield "may run as root"
    for container in pod.containers:
        yield from (f"{container['name']} {fault}" for fault in unguarded(outside, container))
    if pod.spec.get("automountServiceAccountToken") is not False:
        yield "has a token of the cluster's API"
    if len(pod.spec["containers"]) != 1 or pod.spec.get("hostNetwork") or pod.spec.get("hostPID"):
        yield "has more than one container, or its node's network or processes"


def unguarded(outside, container):
    inside = container.get("securityContext", {})
    if not inside.get("readOnlyRootFilesystem"):
        yield "can write its root file system"
    if inside.get("allowPrivilegeEscalation") is not False:
        yield "may get more privileges"
    if inside.get("capabilities", {}).get("drop") != ["ALL"]:
        yield "has capabilities"
    if not {**outside, **inside}.get("seccompProfile"):
        yield "has no profile that limits its system calls"


def scripted(pod):
    """A script that it runs is there, and has the variables that it asks for."""
    for container in pod.scripts:
        script = ROOT / "ops/scripts" / container["args"][0]
        if not script.is_file():
            yield f"there is no {script.relative_to(ROOT)}"
            continue
        given = {it["name"] for it in container["env"]}
        # Also those of the scripts that it runs, and of what they share.
        texts = [script.read_text(encoding="utf-8")]
        texts += [
            (script.parent / name).read_text(encoding="utf-8")
            for name in re.findall(r"\$SCRIPTS/(\w+\.sh)", texts[0])
        ]
        text = "\n".join(texts)
        wanted = {name for line in re.findall(r"^\s*require (.+)$", text, re.M) for name in line.split()}
        wanted |= {name for verb, name in BY_VERBS.items() if re.search(rf"\b{verb}\b", text)}
        for name in sorted(wanted - given):
            yield f"{script.name} needs {name}"
        used = {*wanted, *re.findall(r"^[^#\n]*\b(VOXELHEIM_\w+)", text, re.M), *VARIABLES_OF_ALL, "VOXELHEIM_ENVIRONMENT"}
        for name in sorted(it for it in given - used if it.startswith("VOXELHEIM_")):
            yield f"{script.name} has no use for {name}"
        if "TMPDIR" not in given and re.search(r"^\s*scratch$", text, re.M):
            yield f"{script.name} has nowhere to write"


def ready_to_run(pod):
    """It says what it needs and how it is."""
    resources = pod.container.get("resources", {})
    if not {"cpu", "memory"} <= set(resources.get("requests", {})):
        yield "does not say what it needs"
    if "memory" not in resources.get("limits", {}):
        yield "may take all memory"
    if not re.search(r"@sha256:[0-9a-f]{64}$", pod.container["image"]):
        yield f"its image {pod.container['image']} has no digest"
    if pod.is_long_lived and not {"readinessProbe", "livenessProbe"} <= set(pod.container):
        yield "nothing says whether it is well"
    hook = pod.container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    needed = hook + seconds_of(*STOPS.get(pod.role, STOP_OF_SERVICES)) + STOP_SLACK_S
    grace = pod.spec.get("terminationGracePeriodSeconds", 30)
    if pod.is_long_lived and grace < needed:
        yield f"is killed after {grace} s, but may take {needed} to stop"


def seconds_of(path, constant):
    text = (ROOT / path).read_text(encoding="utf-8")
    return int(re.search(rf"{constant}: Duration = Duration::from_secs\((\d+)\)", text).group(1))


def whole(pod):
    """Nothing in it is missing or made up."""
    for argument in pod.command:
        for variable in VARIABLE.findall(argument):
            if variable not in pod.environment:
                yield f"{argument}: there is no {variable}"
    for name, value in pod.environment.items():
        if value and "set-by" in value:
            yield f"{name} was not set: {value}"
        if value and re.search(r"://[^/]*:[^/]*@", value):
            yield f"{name} holds a password"
    for probe in ("readinessProbe", "livenessProbe"):
        check = pod.container.get(probe, {})
        port = (check.get("httpGet") or check.get("tcpSocket") or {}).get("port")
        if port is not None and port not in pod.ports:
            yield f"{probe} asks port {port}, which it does not have"


def mounted(pod):
    """The files it is told of are there."""
    mounts = {it["mountPath"] for it in pod.container.get("volumeMounts", [])}
    for flag in FLAGS_OF_FILES:
        path = pod.flag(flag)
        if path and path not in mounts and str(pathlib.PurePath(path).parent) not in mounts:
            yield f"{flag} {path} is in no volume"
    folder = pod.flag("--credentials")
    files = (*CREDENTIALS, "tokens.key") if pod.role in MAKES_TOKENS else CREDENTIALS
    for file in files if folder else ():
        if f"{folder}/{file}" not in mounts:
            yield f"{folder}/{file} is in no volume"


def listening(pod):
    """The ports it is told to open are those that others are told of."""
    for flag, name in (("--listen", "http"), ("--status", "status"), ("--control", "control")):
        address = pod.flag(flag)
        if address and int(address.rsplit(":", 1)[1]) != pod.ports.get(name, {}).get("containerPort"):
            yield f"{flag} {address} is not its port {name}"


def numbered(pod):
    """Its certificate is that of its number."""
    certificates = [it["csi"]["volumeAttributes"] for it in pod.spec.get("volumes", []) if "csi" in it]
    for attributes in certificates:
        name = attributes["csi.cert-manager.io/dns-names"]
        expected = f"edge-{pod.flag('--pod')}.voxelheim.internal"
        if pod.role == "admin":
            expected = "admin.voxelheim.internal"
        if pod.role == "shard":
            # The binary calls it pod-N; its number is its ordinal, which its name ends with.
            is_by_ordinal = pod.flag("--pod") == "$(POD_INDEX)" and pod.name == "pod"
            expected = "${POD_NAME}.voxelheim.internal" if is_by_ordinal else "pod-N.voxelheim.internal"
        if name != expected:
            yield f"its certificate is for {name}, not {expected}"


def together(documents, pods):
    """Faults of several manifests, each with what it is about."""
    services = of_kind(documents, "Service")
    for service in services:
        means = [it for it in pods if selects({"matchLabels": service["spec"]["selector"]}, it.labels)]
        if not means:
            yield service["metadata"]["name"], "a Service of nobody"
        for port in service["spec"]["ports"]:
            for pod in means:
                if port["targetPort"] not in pod.ports:
                    yield pod.name, f"has no port {port['targetPort']}, which its Service names"
    budgets = [it["spec"]["selector"] for it in of_kind(documents, "PodDisruptionBudget")]
    scaled = {it["spec"]["scaleTargetRef"]["name"] for it in of_kind(documents, "HorizontalPodAutoscaler")}
    accounts = {it["metadata"]["name"] for it in of_kind(documents, "ServiceAccount")}
    for pod in pods:
        if pod.is_long_lived and not any(selects(it, pod.labels) for it in budgets):
            yield pod.name, "no budget limits its disruption"
        if pod.name in scaled and "replicas" in pod.owner["spec"]:
            yield pod.name, "its number is the autoscaler's, and also written down"
        if pod.spec.get("serviceAccountName") not in accounts:
            yield pod.name, "has no account of its own"
    yield from reached(services, of_kind(documents, "IngressRouteUDP"), pods)
    yield from balanced(documents, services)
    yield from in_turn(pods)
    yield from awaited(documents, pods)
    yield from operated(services, pods)
    yield from pruned(pods)
    yield from claimed(documents)
    yield from archiving(documents, pods)
    yield from stored(documents)
    for secret in of_kind(documents, "Secret"):
        yield secret["metadata"]["name"], "a secret stands in git"


def copied(pod):
    """The file that tells of copies is the one that is touched."""
    for container in pod.scripts:
        touched = next((it.get("value") for it in container["env"] if it["name"] == "VOXELHEIM_COPIED"), None)
        if pod.role == "shard" and touched != pod.flag("--copied"):
            yield f"tells of copies by {pod.flag('--copied')}, and {touched} is touched"


def pruned(pods):
    """Of every shard whose world is copied, old copies go."""
    copied = [it for it in pods if it.role == "shard" and it.scripts]
    expected = [f"pod-{1 + number}" for it in copied for number in range(it.owner["spec"]["replicas"])]
    for pod in pods:
        if pod.role == "prune_backups.sh" and pod.command[2:] != expected:
            yield pod.name, f"prunes copies of {pod.command[2:]}, but those of {expected} are made"


def claimed(documents):
    """A claim that is made beforehand is what the StatefulSet that takes it would have made."""
    templates = {
        f"{template['metadata']['name']}-{owner['metadata']['name']}-": template["spec"]
        for owner in of_kind(documents, "StatefulSet")
        for template in owner["spec"].get("volumeClaimTemplates", [])
    }
    for claim in of_kind(documents, "PersistentVolumeClaim"):
        name, spec = claim["metadata"]["name"], claim["spec"]
        expected = next((it for prefix, it in templates.items() if name.startswith(prefix)), None)
        if spec != expected:
            yield name, f"is a claim of {spec}, where its pod's is {expected}"


def archiving(documents, pods):
    """Who is told of the store of copies may reach it, only what prunes has the key that deletes, and what staff ask one
    that but reads."""
    keys = {"prune_backups.sh": "pruning", "admin": "reading"}
    (policy,) = [it for it in of_kind(documents, "NetworkPolicy") if it["metadata"]["name"] == "objects"]
    for pod in pods:
        for container in pod.containers:
            for variable in (it for it in container.get("env", []) if it["name"] == "VOXELHEIM_OBJECTS"):
                key = variable["valueFrom"]["secretKeyRef"]["key"]
                if key != keys.get(pod.role, "objects"):
                    yield pod.name, f"has the key {key} of the store of copies"
                if not selects(policy["spec"]["podSelector"], pod.labels):
                    yield pod.name, "is told of the store of copies, which it cannot reach"
    for admin in (it for it in pods if it.role == "admin" and "VOXELHEIM_OBJECTS" not in it.environment):
        yield admin.name, "does not tell staff whether the store of copies is well"


def stored(documents):
    """Pods of stores are let through to at the ports that they have."""
    policies = {it["metadata"]["name"]: it for it in of_kind(documents, "NetworkPolicy")}
    for name, expected in (("stores", set(STORE_PORTS.values())), ("objects", {OBJECTS_PORT})):
        ways = [it for it in policies[name]["spec"]["egress"] if any("namespaceSelector" in to for to in it["to"])]
        let_through = {port["port"] for way in ways for port in way["ports"]}
        if let_through != expected:
            yield name, f"lets through to {sorted(let_through)}, and pods of stores have {sorted(expected)}"


def operated(services, pods):
    """Staff's service asks shards where they answer operators, and each edge by a Service of it alone."""
    edges = {it.name for it in pods if it.role == "edge"}
    for admin in (it for it in pods if it.role == "admin"):
        for address in admin.flags("--pod"):
            name, port = address.split(":")
            if not any(is_port(it, "control", port) and means(it, pods) == {"pod"} for it in services if named(it, name)):
                yield admin.name, f"asks {address}, where no shard answers operators"
        asked = [it.removeprefix("http://").rstrip("/") for it in admin.flags("--edge")]
        found = [means(it, pods) for name in asked for it in services if named(it, name) and is_port(it, "http", "80")]
        if sorted(map(tuple, found)) != sorted((it,) for it in edges):
            yield admin.name, f"asks edges at {asked}, which are {found}, not {sorted(edges)}"
    if edges and not any(it.role == "admin" for it in pods):
        yield "admin", "nobody serves staff"


def surrounded(pod):
    """Staff's service knows every environment, others by their hosts, and where Argo CD brings what is declared."""
    if pod.role != "admin":
        return
    overlays = {it.name: host_of(it) for it in (ROOT / "ops/k8s/overlays").iterdir()}
    told = dict(it.partition("=")[::2] for it in pod.flags("--environment"))
    own = pod.environment["ENVIRONMENT"]
    expected = {name: "" if name == own else f"https://{host}/" for name, host in overlays.items()}
    if told != expected:
        yield f"knows the environments {told}, not {expected}"
    mounts = {it["mountPath"]: it["name"] for it in pod.container["volumeMounts"]}
    brought = {it["name"]: it["configMap"]["name"] for it in pod.spec["volumes"] if "configMap" in it}
    if brought.get(mounts.get(pod.flag("--declared"))) != DECLARED:
        yield f"--declared {pod.flag('--declared')} is not the ConfigMap {DECLARED}"


def host_of(overlay):
    (values,) = load(overlay / "environment/values.yaml")
    return values["data"]["host"]


def named(service, name):
    return service["metadata"]["name"] == name


def means(service, pods):
    """The names of those behind it."""
    return {it.name for it in pods if selects({"matchLabels": service["spec"]["selector"]}, it.labels)}


def is_port(service, target, port):
    return any(it["targetPort"] == target and str(it["port"]) == port for it in service["spec"]["ports"])


def trusting(pod):
    """Whom Traefik reaches believes it, and not the whole world."""
    if "http" not in pod.ports:
        return
    try:
        networks = [ipaddress.ip_network(it) for it in pod.environment.get(TRUSTED, "").split(",")]
    except ValueError as error:
        yield f"{TRUSTED}: {error}"
        return
    yield from (f"believes all of {it}" for it in networks if not it.is_private or it.prefixlen < 8)


def reached(services, routes, pods):
    """Players reach each edge at the very UDP port that it tells them: of every node, or of Traefik."""
    edges = [it for it in pods if it.role == "edge"]
    numbers = [it.flag("--pod") for it in edges]
    if len(set(numbers)) != len(numbers):
        yield "edge", f"numbers are given twice: {numbers}"
    for edge in edges:
        told = int(edge.flag("--public-port") or edge.flag("--listen").rsplit(":", 1)[1])
        own = [it for it in services if selects({"matchLabels": it["spec"]["selector"]}, edge.labels)]
        ports = [
            port.get("nodePort")
            for service in own
            if service["spec"].get("type") == "NodePort"
            for port in service["spec"]["ports"]
            if port.get("protocol") == "UDP"
        ]
        ports += [
            port["port"]
            for service in own
            if service["spec"].get("type") == "LoadBalancer"
            for port in service["spec"]["ports"]
        ]
        ports += [port for it in routes for port in routed(it, {it["metadata"]["name"] for it in own})]
        if ports != [told]:
            yield edge.name, f"tells players of UDP port {told}, but is reached at {ports}"


def balanced(documents, services):
    """The namespace's quota lets each balancer be."""
    asked = sum(it["spec"].get("type") == "LoadBalancer" for it in services)
    for quota in of_kind(documents, "ResourceQuota"):
        allowed = int(quota["spec"]["hard"].get("services.loadbalancers", asked))
        if asked > allowed:
            yield quota["metadata"]["name"], f"lets {allowed} balancers be, and {asked} are asked for"


def in_turn(pods):
    """Edges are replaced one after the other, by Argo CD and by ops/k8s/apply: else no edge takes players over."""
    turns = {}
    for edge in (it for it in pods if it.role == "edge"):
        metadata = edge.owner["metadata"]
        wave = metadata.get("annotations", {}).get(WAVE)
        if wave is None:
            yield edge.name, "has no wave of its own"
        elif wave in turns:
            yield edge.name, f"is replaced at the same time as {turns[wave]}"
        turns[wave] = edge.name
        if metadata["labels"].get(EDGE) != edge.flag("--pod"):
            yield edge.name, f"is not found by its label {EDGE}"


def awaited(documents, pods):
    """A secret that pods do without may be missing for long, so nothing waits for it; for any other, all do."""
    for external in of_kind(documents, "ExternalSecret"):
        name, metadata = external["spec"]["target"]["name"], external["metadata"]
        can_miss = [it for pod in pods if pod.is_long_lived for it in missable(pod, name)]
        is_awaited = metadata.get("annotations", {}).get(UNASKED) != "true"
        if not can_miss:
            yield metadata["name"], "is for nobody"
        elif is_awaited and all(can_miss):
            yield metadata["name"], "is waited for by all, and pods can do without"
        elif not is_awaited and not all(can_miss):
            yield metadata["name"], "is waited for by nobody, and pods cannot do without"


def missable(pod, secret):
    """Of each use of this secret, whether it may be missing."""
    for container in pod.containers:
        keys = [it.get("valueFrom", {}).get("secretKeyRef", {}) for it in container.get("env", [])]
        yield from (it.get("optional", False) for it in keys if it.get("name") == secret)
    volumes = [it.get("secret", {}) for it in pod.spec.get("volumes", [])]
    yield from (it.get("optional", False) for it in volumes if it.get("secretName") == secret)


def routed(route, services):
    """The ports by which Traefik hands on datagrams to one of these."""
    (values,) = load(ROOT / "ops/traefik/quic.yaml")
    for target in (it for way in route["spec"]["routes"] for it in way["services"]):
        if target["name"] in services:
            yield from (values["ports"].get(it, {}).get("hostPort") for it in route["spec"]["entryPoints"])


def main():
    environment, rendered, *binary = sys.argv[1:]
    documents = load(rendered)
    pods = pods_of(documents)
    faults = [f"{name}: {fault}" for name, fault in together(documents, pods)]
    for pod in pods:
        rules = (guarded, scripted, ready_to_run, whole, mounted, listening, numbered, trusting, copied, surrounded)
        found = [it for rule in rules for it in rule(pod)]
        if binary and pod.container not in pod.scripts:
            found += faults_of_command(binary[0], pod.command, pod.environment)
            unknown = unknown_variables(binary[0], pod.role, pod.environment)
            found += [f"{pod.role} does not read {it}" for it in unknown]
        faults += [f"{pod.name}: {fault}" for fault in found]
    for fault in faults:
        print(f"FAIL {environment}: {fault}")
    print(f"{environment}: {len(pods)} pods of {len(documents)} manifests, {len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
