"""What `terraform validate` would say of modules, as far as that needs no provider: arguments of module calls, names
that are referred to, files that are read. And that environments are what their overlays say.

    python3 ops/validation/terraform_rules.py [FOLDER]
"""

import pathlib
import re
import sys

import hcl2
from manifests import STORE_PORTS, load

ROOT = pathlib.Path(__file__).resolve().parents[2]
TERRAFORM = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "ops/terraform").resolve()
OVERLAYS = ROOT / "ops/k8s/overlays"
BACKENDS = ROOT / "services/backends"
# A node's disk has room for this many pods that fill their scratch: one that copies and one that brings a copy back.
SCRATCHES = 2
# What every call of a module may have.
META = {"source", "version", "depends_on", "providers", "for_each", "count"}
LOCAL_PROVIDERS = {"terraform"}


class Module:
    """All files of one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.text, self.blocks = "", {}
        for path in sorted(folder.glob("*.tf")):
            source = path.read_text(encoding="utf-8")
            self.text += re.sub(r"(?m)(^|\s)#.*$", "", source)
            for kind, bodies in hcl2.loads(source).items():
                self.blocks.setdefault(kind, []).extend(bodies)

    def named(self, kind):
        return {name: body for block in self.blocks.get(kind, []) for name, body in block.items() if name != "__start_line__"}

    @property
    def locals(self):
        return {name for block in self.blocks.get("locals", []) for name in block}

    def typed(self, kind):
        return {f"{t}.{n}" for block in self.blocks.get(kind, []) for t, it in block.items() for n in it}

    def called(self, body):
        return Module((self.folder / one(body["source"])).resolve())


def one(value):
    """Some versions of the parser wrap each value into a list, some keep quotes."""
    value = value[0] if isinstance(value, list) else value
    return value.strip('"')


def faults_of(module):
    variables, calls = module.named("variable"), module.named("module")
    for name, body in variables.items():
        if "description" not in body or "type" not in body:
            yield f"variable {name} does not say what it is"
        if not re.search(rf"\bvar\.{name}\b", module.text):
            yield f"variable {name} is used by nothing"
    for kind, known in (("var", variables), ("local", module.locals)):
        for name in sorted(set(re.findall(rf"\b{kind}\.(\w+)", module.text)) - set(known)):
            yield f"there is no {kind}.{name}"
    for name, body in calls.items():
        yield from faults_of_call(module, name, body)
    for path in re.findall(r'"\$\{path\.module\}/([^"]+)"', module.text):
        if not (module.folder / path).exists():
            yield f"{path} is not there"
    yield from faults_of_templates(module)
    yield from faults_of_references(module)


def faults_of_templates(module):
    """Files of ops that are filled here are told every name that stands in them, and no other."""
    for path, given in re.findall(r'templatefile\("\$\{local\.watching\}/([^"]+)", \{([^}]*)\}\)', module.text):
        asked = set(re.findall(r"\$\{(\w+)\}", (module.folder / "../../.." / path).read_text()))
        told = set(re.findall(r"(\w+) *=", given))
        for name in sorted(asked ^ told):
            yield f"{path} {'asks for' if name in asked else 'knows no'} {name}"


def faults_of_call(module, name, body):
    called = module.called(body)
    given = {it for it in body if not it.startswith("__")} - META
    variables = called.named("variable")
    for argument in sorted(given - set(variables)):
        yield f"module {name} has no variable {argument}"
    for argument, variable in variables.items():
        if "default" not in variable and argument not in given:
            yield f"module {name} needs {argument}"
    outputs = called.named("output")
    for output in sorted(set(re.findall(rf"\bmodule\.{name}\.(\w+)", module.text)) - set(outputs)):
        yield f"module {name} has no output {output}"


def faults_of_references(module):
    """Resources and data that expressions name; providers that are asked for."""
    resources, data = module.typed("resource"), module.typed("data")
    providers = {re.match(r"\w+?(?=_)", it).group() for it in resources | data}
    text = re.sub(r"\$\{|\}", " ", module.text)
    for provider in sorted(providers):
        for it in sorted(set(re.findall(rf"(?<![\w.\"/:-])({provider}_\w+\.\w+)\b", text)) - resources):
            yield f"there is no resource {it}"
        for it in sorted(set(re.findall(rf"\bdata\.({provider}_\w+\.\w+)\b", text)) - data):
            yield f"there is no data {it}"
    if module.folder.parent.name == "modules":
        asked = set(re.findall(r"^ {4}(\w+) = \{", (module.folder / "versions.tf").read_text(), re.M))
        for provider in sorted(providers - asked):
            yield f"uses {provider}, but does not say which version"


def faults_of_environment(name):
    """Its root beside its overlay."""
    root = Module(TERRAFORM / "environments" / name)
    text = root.text
    values = load(OVERLAYS / name / "environment/values.yaml")[0]["data"]
    if f'"{values["host"]}"' not in text:
        yield f"its host is not {values['host']}"
    # AWS' network plugin gives pods addresses of their nodes' network.
    (cidr,) = re.findall(r'^ *cidr *= "([^"]*)"', text, re.M)
    if values["proxies"] != cidr:
        yield f"its pods are in {cidr}, and its overlay believes {values['proxies']} who asks"
    resources = load(OVERLAYS / name / "edge/kustomization.yaml")[0]["resources"]
    edges = [int(it.rsplit("/", 1)[1]) for it in resources if "/edges/" in it]
    if f"edges = {edges}" not in re.sub(r" +", " ", text):
        yield f"its edges are not {edges}"
    shards = (OVERLAYS / name / "shard/kustomization.yaml").read_text()
    count = int(re.search(r"count = (\d+)", text).group(1))
    if ("shard-class" in shards) != (count > 0):
        yield f"it has {count} nodes for shards, and its overlay means otherwise"


def faults_of_disks(modules):
    """Claims that name no class get one, whose disks are sealed; each class that an overlay names is there."""
    classes = [it for module in modules for it in objects_of(module.text, "StorageClass")]
    is_default = re.compile(r'storageclass\.kubernetes\.io/is-default-class"\s*=\s*"true"')
    defaults = sum(bool(is_default.search(it)) for it in classes)
    if defaults != 1:
        yield f"{defaults} classes of disks are the default"
    names = {re.search(r'metadata\s*=\s*{\s*name\s*=\s*"([^"]+)"', it).group(1): it for it in classes}
    for name, text in names.items():
        if not re.search(r'encrypted\s*=\s*"true"', text):
            yield f"disks of the class {name} are not encrypted"
    shards = "".join(it.read_text() for it in OVERLAYS.glob("*/shard/kustomization.yaml"))
    for name in sorted(set(re.findall(r"storageClassName, value: (\w+)", shards)) - set(names)):
        yield f"shards ask for the class of disks {name}, which nobody makes"


def objects_of(text, kind):
    """The text of each object of this kind, from brace to brace."""
    for found in re.finditer(rf'kind\s*=\s*"{kind}"', text):
        yield text[brace(text, found.start(), -1) : brace(text, found.start(), 1) + 1]


def brace(text, at, step):
    """Where what is around this place begins or ends."""
    depth = 0
    while depth != step:
        at += step
        depth += {"}": 1, "{": -1}.get(text[at], 0)
    return at


def faults_of_watching(module):
    """Alerts are ours alone, nothing is scraped that EKS keeps to itself and all that Kubernetes tells is, and Grafana
    opens to whom runbooks tell how."""
    if not re.search(r"defaultRules\s*=\s*{\s*create\s*=\s*false", module.text):
        yield "the chart's own alerts, which have no runbook, are on"
    for part in ("Proxy", "Etcd", "Scheduler", "ControllerManager"):
        if not re.search(rf"kube{part}\s*=\s*{{\s*enabled\s*=\s*false", module.text):
            yield f"kube{part} is scraped, which cannot be reached"
    if not re.search(r'name\s*=\s*"grafana\.adminPassword", value = random_password\.\w+\.result', module.text):
        yield "Grafana has the password that its chart is published with"
    release = module.named("resource")["helm_release"]["this"]
    name, namespace = one(release["name"]), one(release["namespace"])
    told = (ROOT / "docs/runbooks/README.md").read_text(encoding="utf-8")
    services = ("prometheus-operated", "alertmanager-operated", f"{name}-grafana")
    for what in (*(f"port-forward service/{it}" for it in services), f"get secret {name}-grafana"):
        if f"kubectl --namespace {namespace} {what} " not in told:
            yield f"runbooks do not say: kubectl --namespace {namespace} {what}"
    if re.search(r"kubeStateMetrics\s*=\s*{\s*enabled\s*=\s*false|metricAllowlist|metricDenylist|metricRelabelings", module.text):
        yield "of what kube-state-metrics tells a part is left out, and alerts need it"


def faults_of_nodes(module):
    """The kubelet starts with what it is told, and copies find room on the disks of the nodes where they are made."""
    for it in ("systemReservedCgroup", "kubeReservedCgroup"):
        if "reservedSystemCPUs" in module.text and f'{it}: ""' not in module.text:
            yield f"the kubelet refuses reservedSystemCPUs beside a {it}, which nodeadm sets unless it is empty here"
    disk = int(re.search(r"general\s*=\s*{[^}]*disk_gib\s*=\s*(\d+)", module.text).group(1))
    (job,) = (it for it in load(ROOT / "ops/k8s/base/backup/databases.yaml") if it["kind"] == "CronJob")
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    scratch = int(container["resources"]["limits"]["ephemeral-storage"].removesuffix("Gi"))
    if disk < SCRATCHES * scratch:
        yield f"general nodes have disks of {disk} GiB, and a copy of the databases takes {scratch}"


def faults_of_retention(module):
    """The bucket keeps what pruning keeps."""
    promised = 7 * int(re.search(r"--weeks (\d+)", (ROOT / "ops/scripts/prune_backups.sh").read_text()).group(1))
    given = re.search(r"dumps_days\s*=([^\n]*)", module.text).group(1)
    for days in re.findall(r"\d+", given):
        if int(days) < promised:
            yield f"the bucket takes copies away after {days} days, and prune_backups.sh keeps some for {promised}"


def faults_of_images(module):
    """Bitnami's charts are told of images, for those that they name are no longer to be had."""
    if "bitnamicharts" not in module.text:
        return
    for name in ("clusterOperator", "credentialUpdaterImage", "rabbitmqImage", "msgTopologyOperator"):
        told = re.search(rf"\b{name}\s*=\s*(.*)", module.text)
        if not told or not re.search(r'repository\s*=.*tag\s*=\s*"\d|enabled\s*=\s*false|local\.image', told.group(1)):
            yield f"the chart's own image of {name} is not to be had"
    for repository in re.findall(r'repository\s*=\s*"(bitnami[^"]*)"', module.text):
        yield f"the image {repository} is not to be had"


def schemes():
    """With which a URL of a store may begin: as the binary says when it refuses one."""
    texts = [it.read_text(encoding="utf-8") for it in (BACKENDS / "src").rglob("*.rs")]
    said = [it for text in texts for it in re.findall(r"but must with ([^\"]+)\"", text)]
    return {scheme for it in said for scheme in re.findall(r"(\w+):", it)}


def faults_of_urls(module):
    """A store is reached at its pods' port, by a scheme that the binary opens, and without TLS that it was built without."""
    features = (BACKENDS / "Cargo.toml").read_text(encoding="utf-8")
    sql = re.search(r"^sqlx = .*features = \[(.*)\]", features, re.M).group(1)
    outputs = (module.folder / "outputs.tf").read_text(encoding="utf-8")
    url = re.search(r'"(\w+)://[^@"]*@[^/"]*:(\d+)/?([^"]*)"', outputs)
    if not url:
        yield "says no URL of its store"
        return
    scheme, port, rest = url.groups()
    if scheme not in schemes():
        yield f"the binary opens no {scheme}://"
    if "tls" not in sql and re.search(r"\bssl|\btls", rest):
        yield f"asks for TLS, which the binary does not speak to stores: {rest}"
    if int(port) != STORE_PORTS[module.folder.name]:
        yield f"is reached at {port}, and its pods listen on {STORE_PORTS[module.folder.name]}"


def faults_of_postgres(module):
    """Nothing stands before it at another port, and of several each commit waits for a second one."""
    for name in ("disableEnvoy", "disableConnectionPooling"):
        if not re.search(rf"\b{name}\s*=\s*true", module.text):
            yield f"{name} is not said: it is reached at another port than its Service's"
    several = re.search(r"several\s*=\s*{\s*mode\s*=\s*\"([^\"]*)\"", module.text)
    if not several or not several.group(1).startswith("strict-sync"):
        yield "several forget what one of them confirmed"
    # A cluster's instances are one thing; of a sharded one there are two, the coordinator's and the shards'.
    said = {"replication": 'local.replication[it.replicas > 1 ? "several" : "alone"]', "pods": "local.pods[name]"}
    for kind, count in (("SGCluster", 1), ("SGShardedCluster", 2)):
        (text,) = objects_of(module.text, kind)
        for field, value in said.items():
            if len(re.findall(rf"\b{field}\s*=\s*{re.escape(value)}", text)) != count:
                yield f"{kind} has {field} of its own"


def shape(path):
    """A root without its values: all roots are alike."""
    text = re.sub(r'"[^"]*"|\d+|\[[^\]]*\]|true|false', "_", path.read_text())
    return re.sub(r"^#.*$", "", text, flags=re.M)


def main():
    roots = sorted((TERRAFORM / "environments").glob("*/main.tf"))
    faults = []
    folders = [*sorted((TERRAFORM / "modules").iterdir()), *(it.parent for it in roots)]
    for folder in folders:
        faults += [f"{folder.relative_to(TERRAFORM)}: {it}" for it in faults_of(Module(folder))]
    faults += faults_of_disks([Module(it) for it in folders])
    faults += faults_of_watching(Module(TERRAFORM / "modules/monitoring"))
    faults += faults_of_nodes(Module(TERRAFORM / "modules/cluster"))
    faults += faults_of_retention(Module(TERRAFORM / "modules/environment"))
    faults += faults_of_images(Module(TERRAFORM / "modules/rabbitmq"))
    for store in STORE_PORTS:
        faults += [f"{store}: {it}" for it in faults_of_urls(Module(TERRAFORM / "modules" / store))]
    faults += [f"postgres: {it}" for it in faults_of_postgres(Module(TERRAFORM / "modules/postgres"))]
    for root in roots:
        faults += [f"{root.parent.name}: {it}" for it in faults_of_environment(root.parent.name)]
    if len({re.sub(r"\s+", " ", shape(it)) for it in roots}) != 1:
        faults.append("environments differ in more than values")
    for fault in faults:
        print(f"FAIL {fault}")
    print(f"{len(folders)} modules and roots, {len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
