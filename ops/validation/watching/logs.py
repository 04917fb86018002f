"""Real lines of logs on their whole way, under compose and in a cluster: out of the files in which Docker or a node
keeps them as Filebeat reads them, through the pipeline, into an index as its template says.

    python3 ops/validation/watching/logs.py SERVICE=FILE...

FILE is what a process of SERVICE said on standard error. Prints what came of the lines, and fails if one was lost,
not understood, or has a field that the index would refuse.
"""

import http.server
import ipaddress
import json
import pathlib
import re
import sys
import threading
import urllib.request
from collections import Counter
from datetime import datetime

import yaml

import filebeat
import logstash

ROOT = pathlib.Path(__file__).resolve().parents[3]
ELK = ROOT / "ops/elk"


def main():
    sources = {service: pathlib.Path(path).read_text() for service, path in (it.split("=", 1) for it in sys.argv[1:])}
    faults = [f"{form}: {it}" for form in filebeat.FORMATS for it in faults_of_way(form, sources)]
    for fault in faults[:20]:
        print(fault)
    sys.exit(1 if faults else 0)


def faults_of_way(form, sources):
    """Of compose's way, or of a cluster's."""
    lines_of = filebeat.docker_lines if form == "docker" else filebeat.cri_lines
    lines = [line for service, text in sources.items() for line in lines_of(service, text)]
    config = yaml.safe_load((ELK / "filebeat" / filebeat.FORMATS[form]).read_text())
    events = list(filebeat.events(config, form, [*lines, *strangers(form)]))
    sections = logstash.read((ELK / "logstash/voxelheim.conf").read_text())
    index = Index(json.loads((ELK / "elasticsearch/mappings.json").read_text())["template"]["mappings"])
    dropped = 0
    for event in events:
        try:
            logstash.run(sections["filter"], event)
            send(index.url, event)
        except logstash.Dropped:
            dropped += 1
    faults = index.faults + faults_of_whole(lines, index.documents, dropped)
    levels = ", ".join(f"{count} {level}" for level, count in Counter(it["log"]["level"] for it in index.documents).most_common())
    print(f"{form}: {len(lines)} lines, {len(index.documents)} documents ({levels}), {len(faults)} faults")
    return faults


def strangers(form):
    """What others on the same machine say is nobody's business."""
    said = '{"fields":{"message":"a stranger"}}\n'
    if form == "cri":
        yield from filebeat.cri_lines("shard-1", said, name="another")
        yield from filebeat.cri_lines("shard-1", said, namespace="elsewhere")
    else:
        yield from ({**it, "fields": {}} for it in filebeat.docker_lines("shard-1", said))


# --- Elasticsearch ------------------------------------------------------------------------------------------


class Index:
    """A sink that speaks `_bulk`, and refuses what the mappings do."""

    def __init__(self, mappings):
        self.documents, self.faults = [], []
        fields = mappings["properties"]

        class Sink(http.server.BaseHTTPRequestHandler):
            def do_POST(sink):  # pylint: disable=no-self-argument # self is the index
                lines = sink.rfile.read(int(sink.headers["content-length"])).decode().splitlines()
                for action, document in zip(map(json.loads, lines[::2]), map(json.loads, lines[1::2])):
                    self.take(action, document, fields)
                sink.send_response(200)
                sink.end_headers()

            def log_message(sink, *_):  # pylint: disable=no-self-argument
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}/_bulk"

    def take(self, action, document, fields):
        name = action["create"]["_index"]
        if not re.fullmatch(r"logs-voxelheim-[a-z0-9_]+", name):
            self.faults.append(f"an index {name}")
        self.faults += [f"{fault}: {json.dumps(document)[:300]}" for fault in refused(document, fields, "")]
        self.documents.append(document)


def refused(document, fields, path):
    for key, value in document.items():
        field, name = fields.get(key), f"{path}{key}"
        if field is None:
            yield f"{name} is in no mapping"
        elif "properties" in field:
            yield from refused(value, field["properties"], name + ".") if isinstance(value, dict) else [f"{name} is no object"]
        elif not fits(field["type"], value):
            yield f"{name} is no {field['type']}: {value!r}"


def fits(kind, value):
    if kind == "flattened":
        return isinstance(value, dict)
    values = value if isinstance(value, list) else [value]
    return all(FITS[kind](it) for it in values)


def is_date(value):
    return isinstance(value, str) and bool(datetime.fromisoformat(value.replace("Z", "+00:00")))


def is_ip(value):
    try:
        return bool(ipaddress.ip_address(value))
    except ValueError:
        return False


FITS = {
    "date": is_date,
    "ip": is_ip,
    "keyword": lambda it: isinstance(it, str),
    "constant_keyword": lambda it: isinstance(it, str),
    "match_only_text": lambda it: isinstance(it, str),
    "short": lambda it: isinstance(it, int) and abs(it) < 2**15,
    "long": lambda it: isinstance(it, int),
}


def send(url, event):
    """As the pipeline's output does with data_stream_auto_routing."""
    stream = event["data_stream"]
    name = f"{stream['type']}-{stream['dataset']}-{stream['namespace']}"
    body = json.dumps({"create": {"_index": name}}) + "\n" + json.dumps(event) + "\n"
    request = urllib.request.Request(url, body.encode(), {"content-type": "application/x-ndjson"})
    urllib.request.urlopen(request).close()


# --- what must come of the lines ----------------------------------------------------------------------------


def faults_of_whole(lines, documents, dropped):
    if dropped:
        return [f"{dropped} events of ours were dropped"]
    said = [json.loads(line["text"]) for line in lines if line["text"].startswith("{")]
    understood = [it for it in documents if it["log"]["logger"] != "stderr"]
    faults = []
    if len(understood) != len(said):
        faults.append(f"{len(said)} lines of JSON, and {len(understood)} documents of them")
    if any("_notjson" in it.get("tags", []) for it in documents):
        faults.append("a line was not understood")
    for line, document in zip(said, understood):
        faults += faults_of_line(line, document)
    faults += faults_of_kinds(documents)
    return faults


def faults_of_line(line, document):
    """Nothing of it is lost, and it is of its own time."""
    fields = line["fields"]
    if moment(document["@timestamp"]) != moment(line["timestamp"]):
        yield f"{document['@timestamp']} was {line['timestamp']}"
    if document["message"] != fields.get("message", fields.get("summary")):
        yield f"another message: {document['message']}"
    if document["log"] != {"level": line["level"].lower(), "logger": line["target"]}:
        yield f"another level or place: {document['log']}"
    kept = set(document.get("voxelheim", {})) | LIFTED
    yield from (f"{name} is lost: {document['message']}" for name in fields if name not in kept)


# Fields of a line that are elsewhere in a document.
LIFTED = {"message", "summary", "error", "took_us", "address", "status"}


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def faults_of_kinds(documents):
    """The kinds of line that people look for are among them, whole."""
    access = [it for it in documents if it["log"]["logger"] == "access"]
    whole = [it for it in access if all(logstash.get(it, field) is not None for field in ACCESS)]
    if not access or len(whole) < len(access):
        yield f"{len(access)} answers, {len(whole)} of them with all that there is to know"
    if not any(it["log"]["level"] == "panic" and "\n" in it["message"] for it in documents):
        yield "no panic is one event"
    if not any(it["log"] == {"level": "error", "logger": "stderr"} for it in documents):
        yield "no last word of a process is an error"
    if {it["service"]["name"] for it in documents} != {"shard", "edge", "auth"}:
        yield f"services are {sorted({it['service']['name'] for it in documents})}"


ACCESS = [
    "[http][request][method]", "[http][request][id]", "[http][response][status_code]", "[http][route]",
    "[http][took_us]", "[source][ip]", "[trace][id]", "[service][node][name]",
]

if __name__ == "__main__":
    main()
