"""Rendered manifests as rules look at them. Needs PyYAML."""

import pathlib
import re

import yaml

POD_KINDS = {"Deployment", "StatefulSet", "Job", "CronJob"}
# The image whose arguments are not a role of the binary but a script of ops/scripts.
TOOLS = "voxelheim-tools"
# Names the proxies whose word is taken for who asks.
TRUSTED = "VOXELHEIM_TRUSTED_PROXIES"
# What the pods of stores listen on, by the module of ops/terraform that makes them. Their Services have the same ports.
# NetworkPolicies let through pods' ports, whatever a Service's are.
STORE_PORTS = {"postgres": 5432, "dragonfly": 6379, "rabbitmq": 5672, "clickhouse": 8123}
# The same of a store of copies that stands beside them.
OBJECTS_PORT = 9000
VARIABLE = re.compile(r"\$\((\w+)\)")


class Pod:
    """What a Deployment, a StatefulSet, a Job or a CronJob makes."""

    def __init__(self, owner):
        self.owner = owner
        self.name = owner["metadata"]["name"]
        spec = owner["spec"]
        template = spec["jobTemplate"]["spec"]["template"] if owner["kind"] == "CronJob" else spec["template"]
        self.labels = template["metadata"]["labels"]
        self.spec = template["spec"]
        self.container = self.spec["containers"][0]
        self.containers = [*self.spec.get("initContainers", []), *self.spec["containers"]]
        self.command = self.container["args"]
        self.role = self.command[0]
        self.environment = {it["name"]: it.get("value") for it in self.container.get("env", [])}
        self.ports = {it["name"]: it for it in self.container.get("ports", [])}

    @property
    def is_long_lived(self):
        return self.owner["kind"] not in ("Job", "CronJob")

    @property
    def scripts(self):
        """Containers that run a script."""
        return [it for it in self.containers if f"/{TOOLS}@" in it["image"]]

    def flag(self, name):
        """The value of a flag with the variables whose values are written down; none if it is not given."""
        return next(iter(self.flags(name)), None)

    def flags(self, name):
        """The same of one that may be given several times."""
        given = [it.partition("=") for it in self.command]
        variables = {k: v for k, v in self.environment.items() if v is not None}
        return [expand(value, variables) for flag, _, value in given if flag == name]


def expand(text, variables):
    """Variables as the kubelet puts them into arguments; those that are not known stay."""
    return VARIABLE.sub(lambda it: variables.get(it.group(1), it.group()), text)


def load(path):
    """All documents of a file."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    return [it for it in yaml.safe_load_all(text) if it]


def pods_of(documents):
    return [Pod(it) for it in documents if it["kind"] in POD_KINDS]


def of_kind(documents, kind):
    return [it for it in documents if it["kind"] == kind]


def selects(selector, labels):
    """Whether a selector means a pod with these labels."""
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for it in selector.get("matchExpressions", []):
        is_in = labels.get(it["key"]) in it.get("values", [])
        if is_in != (it["operator"] == "In"):
            return False
    return True
