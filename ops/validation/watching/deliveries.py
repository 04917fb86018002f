"""Asks a running Alertmanager to deliver alerts to a sink of ours, and what it holds back.

    python3 ops/validation/watching/deliveries.py CONFIGURATION FOLDER

Starts Alertmanager on loopback with the configuration, whose receivers are made to lead to the sink; raises alerts
beside each other; fails unless each receiver hears what it should, and only that.
"""

import http.server
import json
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request

PATIENCE_SECONDS = 30
HERE = "127.0.0.1"

# What is raised at once, who must hear of it, and what follows from another and is held back.
RAISED = [
    ({"alertname": "Watchdog", "severity": "none", "area": "watchers"}, {"watchdog"}),
    ({"alertname": "BooksDoNotClose", "severity": "page", "area": "economy"}, {"economy", "page"}),
    ({"alertname": "ServiceSlow", "severity": "ticket", "area": "services", "role": "chat"}, {"ticket"}),
    ({"alertname": "DatabaseAway", "severity": "page", "area": "backends"}, {"page"}),
    ({"alertname": "LeaseLapsed", "severity": "page", "area": "world", "pod": "1"}, set()),
    ({"alertname": "OutboxWaits", "severity": "page", "area": "backends"}, set()),
    ({"alertname": "ReplicasMissing", "severity": "page", "area": "machines", "deployment": "auth"}, set()),
    ({"alertname": "PartMissing", "severity": "page", "area": "machines", "part": "edge"}, {"page"}),
]


def main():
    configuration, folder = map(pathlib.Path, sys.argv[1:])
    heard = []
    sink = http.server.ThreadingHTTPServer((HERE, 0), sink_into(heard))
    threading.Thread(target=sink.serve_forever, daemon=True).start()
    (folder / "alertmanager.yml").write_text(led_to(configuration.read_text(), sink.server_port))
    port = free_port()
    with subprocess.Popen(
        ["prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data",
         f"--web.listen-address={HERE}:{port}", "--cluster.listen-address="],
        stdout=subprocess.DEVNULL, stderr=(folder / "log").open("w"),
    ) as process:
        try:
            faults = list(faults_of(f"http://{HERE}:{port}", heard))
        finally:
            process.terminate()
    for fault in faults:
        print(fault)
    print(f"{len(RAISED)} alerts delivered or held back as they should")
    sys.exit(1 if faults else 0)


def sink_into(heard):
    class Sink(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            heard.extend((it["labels"]["alertname"], self.path.strip("/")) for it in body["alerts"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    return Sink


def led_to(text, port):
    """The same, with receivers at the sink by their names, and without the waits that spare people."""
    text = re.sub(r"url_file: \S+/(\w+)_url", rf"url: http://{HERE}:{port}/\1", text)
    return re.sub(r"group_wait: \w+", "group_wait: 1s", text)


def faults_of(url, heard):
    within(lambda: urllib.request.urlopen(f"{url}/-/ready"))
    alerts = [{"labels": {**labels, "environment": "live"}} for labels, _ in RAISED]
    request = urllib.request.Request(f"{url}/api/v2/alerts", json.dumps(alerts).encode(), {"content-type": "application/json"})
    urllib.request.urlopen(request)
    expected = {(labels["alertname"], receiver) for labels, receivers in RAISED for receiver in receivers}
    within(lambda: expected <= set(heard))
    with urllib.request.urlopen(f"{url}/api/v2/alerts") as answer:
        held_back = {it["labels"]["alertname"] for it in json.load(answer) if it["status"]["inhibitedBy"]}
    yield from (f"{name} is not told to {receiver}" for name, receiver in sorted(expected - set(heard)))
    yield from (f"{name} is told to {receiver}" for name, receiver in sorted(set(heard) - expected))
    for labels, receivers in RAISED:
        if (labels["alertname"] in held_back) != (not receivers):
            yield f"{labels['alertname']} is held back, or should be"


def within(condition):
    """Waits until it holds, for a while; what then does not is found by who asks."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.1)


def free_port():
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return probe.getsockname()[1]


main()
