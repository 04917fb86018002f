"""Filebeat's part, as far as ours are configured: out of the files in which Docker or a node keeps what processes said
on standard error, events. What a configuration says beyond what is known here is a fault, not passed over.
"""

import pathlib
import re

TIME = "2026-01-01T00:00:00.000000001Z"
FORMATS = {"docker": "compose.yml", "cri": "kubernetes.yml"}
# Of the processor that asks whose a line is; the rest of it is the node's name.
POD_BY_PATH = {
    "default_indexers.enabled": False,
    "default_matchers.enabled": False,
    "indexers": [{"pod_uid": None}],
    "matchers": [{"logs_path": {"logs_path": "/var/log/pods/", "resource_type": "pod"}}],
    "add_resource_metadata": {"node.enabled": False, "namespace.enabled": False, "deployment": False, "cronjob": False},
}


def docker_lines(service, text):
    """As Docker's json-file driver writes them, with the label that docker-compose.yml asks for."""
    attributes = {"com.docker.compose.service": service}
    for line in text.splitlines():
        yield {"text": line, "path": f"/var/lib/docker/containers/{service}/{service}-json.log", "fields": {"docker": {"attrs": attributes}}}


def cri_lines(service, text, name="voxelheim", namespace="voxelheim-live"):
    """As a node keeps them, in a folder by which the API's Pod is found, whose labels have no dots here."""
    component = re.sub(r"-\d+$", "", service)
    labels = {"app_kubernetes_io/name": name, "app_kubernetes_io/component": component}
    pod = {"labels": labels, "pod": {"name": service}, "namespace": namespace}
    for line in text.splitlines():
        yield {"text": line, "path": f"/var/log/pods/{namespace}_{service}_0-1/{component}/0.log", "fields": {"kubernetes": pod}}


def events(config, form, lines):
    """Events out of lines of this form, by the inputs and processors that the configuration names."""
    (source,) = config["filebeat.inputs"]
    [container, multiline] = source["parsers"]
    if container != {"container": {"stream": "all", "format": form}}:
        raise SystemExit(f"a parser {container}")
    rule = multiline["multiline"]
    if (rule["type"], rule["negate"], rule["match"]) != ("pattern", True, "after"):
        raise SystemExit(f"a parser {rule}")
    read = (it for it in lines if any(pathlib.PurePosixPath(it["path"]).match(path) for path in source["paths"]))
    for event in joined(re.compile(rule["pattern"]), read):
        if all(keeps(processor, event) for processor in source["processors"]):
            yield event


def joined(begins, lines):
    """What does not begin like an event goes on with the one before, of the same file."""
    event = None
    for line in lines:
        if event and not begins.search(line["text"]) and event["log"]["file"]["path"] == line["path"]:
            event["message"] += "\n" + line["text"]
            continue
        if event:
            yield event
        event = {
            "@timestamp": TIME, "@version": "1", "message": line["text"], "stream": "stderr",
            **line["fields"], "log": {"file": {"path": line["path"]}, "offset": 0, "flags": ["multiline"]},
            "input": {"type": "filestream"}, "agent": {"type": "filebeat"}, "ecs": {"version": "8.0.0"},
            "host": {"name": "machine"}, "tags": ["beats_input_codec_plain_applied"],
            "event": {"original": line["text"]},
        }
    if event:
        yield event


def keeps(processor, event):
    """Whether the event goes on after it."""
    (name, options), = processor.items()
    if name == "add_kubernetes_metadata":
        if options != {"host": "${NODE_NAME}", **POD_BY_PATH}:
            raise SystemExit(f"pods are asked for by {options}")
        return True
    condition = options["when"]["not"]
    if name != "drop_event" or len(condition) != 1:
        raise SystemExit(f"a processor {processor}")
    if "has_fields" in condition:
        return all(field(event, it) is not None for it in condition["has_fields"])
    return all(field(event, name) == value for name, value in condition["equals"].items())


def field(event, path):
    for key in path.split("."):
        event = event.get(key) if isinstance(event, dict) else None
    return event
