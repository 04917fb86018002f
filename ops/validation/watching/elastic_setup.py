"""Runs ops/elk/setup.sh against a sink, and looks at what Elasticsearch would have been told.

    python3 ops/validation/watching/elastic_setup.py FOLDER
"""

import base64
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parents[3]
PASSWORD = "of this run"


def main():
    asked = []

    class Sink(http.server.BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            credentials = base64.b64decode(self.headers["authorization"].split()[1]).decode()
            asked.append((f"{self.command} {self.path}", json.loads(body), credentials))
            self.send_response(200)
            self.end_headers()

        do_PUT = do_POST = answer

        def log_message(self, *_):
            pass

    sink = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    threading.Thread(target=sink.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{sink.server_port}"
    variables = {**os.environ, "ELASTICSEARCH_URL": url, "ELASTICSEARCH_PASSWORD": PASSWORD, "KIBANA_PASSWORD": "another"}
    subprocess.run([ROOT / "ops/elk/setup.sh"], env=variables, check=True, stdout=sys.stderr)
    faults = list(faults_of(asked))
    for fault in faults:
        print(fault)
    print(f"setup.sh told {len(asked)} things, {len(faults)} faults")
    sys.exit(1 if faults else 0)


def faults_of(asked):
    bodies = {name: body for name, body, _ in asked}
    if {credentials for _, _, credentials in asked} != {f"elastic:{PASSWORD}"}:
        yield "not everything is asked with the password"
    template = bodies["PUT /_index_template/voxelheim-logs"]
    order = [name for name, _, _ in asked]
    for component in template["composed_of"]:
        name = f"PUT /_component_template/{component}"
        if name not in order or order.index(name) > order.index("PUT /_index_template/voxelheim-logs"):
            yield f"{component} is not there when it is named"
    policy = bodies["PUT /_component_template/voxelheim-settings"]["template"]["settings"]["index"]["lifecycle"]["name"]
    if f"PUT /_ilm/policy/{policy}" not in order:
        yield f"there is no policy {policy}"
    phases = bodies[f"PUT /_ilm/policy/{policy}"]["policy"]["phases"]
    if "rollover" not in phases["hot"]["actions"] or "delete" not in phases:
        yield "logs are never rolled over, or never deleted"
    if bodies["POST /_security/user/kibana_system/_password"] != {"password": "another"}:
        yield "Kibana's user has another password"


main()
