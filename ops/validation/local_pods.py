"""Runs an environment's pods as processes of this machine, with the very arguments, variables, secrets and probes of
its manifests. A pod has an address of its own on loopback; volumes are folders; names of Services are replaced by the
addresses behind them, and a node's ports are this machine's.
"""

import os
import pathlib
import re
import subprocess
import time
import urllib.error
import urllib.request

from manifests import TRUSTED, expand, of_kind, pods_of, selects

# Long, for other work may run beside this.
READY_SECONDS_MAX = 180
STOP_SECONDS_MAX = 90
# A process that cannot keep its lease on a busy machine ends, and is started again, as the kubelet does.
RESTARTS_MAX = 5
NODE = "127.0.0.1"


class LocalPod:
    """One pod of a Deployment, StatefulSet or Job."""

    def __init__(self, pod, name, index, address, folder):
        self.pod, self.name, self.index, self.address = pod, name, index, address
        self.folder = folder / name
        self.folder.mkdir(parents=True)
        self.process = None
        self.restarts = 0

    @property
    def log(self):
        return self.folder / "log"

    def port(self, name):
        return self.pod.ports[name]["containerPort"]

    def listens_at(self, name):
        """Edges are reached at their node's ports; all else at the pod's address."""
        return f"{NODE if self.pod.role == 'edge' and name != 'link' else self.address}:{self.port(name)}"


class LocalPods:
    """All pods of some manifests. `secrets` holds name, key and bytes; `issue` writes a certificate for a name into
    a folder."""

    def __init__(self, documents, binary, folder, secrets, issue):
        self.documents, self.binary, self.secrets, self.issue = documents, binary, secrets, issue
        self.running = []
        # What runs scripts at its time, pods of theirs and sidecars, wants a bucket and the scripts' image: none is run
        # here. ops/validation/backup.sh runs each script that manifests name, and ops/validation/backup_rules.py sees to that.
        for pod in (it for it in pods_of(documents) if it.container not in it.scripts):
            spec = pod.owner["spec"]
            start = spec.get("ordinals", {}).get("start", 0)
            is_numbered = pod.owner["kind"] == "StatefulSet"
            for index in range(start, start + (spec.get("replicas", 1) if is_numbered else 1)):
                name = f"{pod.name}-{index}" if is_numbered else pod.name
                address = f"127.0.1.{len(self.running) + 1}"
                self.running.append(LocalPod(pod, name, index, address, folder))

    def of_role(self, *roles):
        return [it for it in self.running if it.pod.role in roles]

    def behind(self, service_name):
        """The pods behind a Service, with the port's name."""
        services = of_kind(self.documents, "Service")
        service = next(it for it in services if it["metadata"]["name"] == service_name)
        means = {"matchLabels": service["spec"]["selector"]}
        return [it for it in self.running if selects(means, it.pod.labels)]

    def run_to_end(self, local):
        self.start(local)
        if local.process.wait(READY_SECONDS_MAX) != 0:
            raise SystemExit(f"{local.name} failed:\n{local.log.read_text()}")

    def start(self, local):
        places = self.volumes(local)
        variables = {
            it["name"]: self.value(local, it) for it in local.pod.container.get("env", []) if self.is_set(it)
        }
        command = [self.inside(local, expand(it, variables), places) for it in local.pod.command]
        variables = {k: self.inside(local, v, places) for k, v in variables.items()}
        system = {"PATH": os.environ["PATH"], "HOME": str(local.folder)}
        with local.log.open("ab") as log:
            local.process = subprocess.Popen(
                [self.binary, *command], env={**system, **variables}, stdout=log, stderr=log, cwd=local.folder
            )

    def is_set(self, entry):
        """Not what comes from a secret that a pod can do without, where there is none."""
        secret = entry.get("valueFrom", {}).get("secretKeyRef", {})
        return not secret.get("optional") or secret["key"] in self.secrets.get(secret["name"], {})

    def value(self, local, entry):
        # The gateway asks from here, not from the cluster's network of pods.
        if entry["name"] == TRUSTED:
            return NODE
        if "value" in entry:
            return entry["value"]
        source = entry["valueFrom"]
        if "secretKeyRef" in source:
            return self.secrets[source["secretKeyRef"]["name"]][source["secretKeyRef"]["key"]].decode()
        return {
            "metadata.name": local.name,
            "metadata.labels['apps.kubernetes.io/pod-index']": str(local.index),
            "status.podIP": local.address,
        }[source["fieldRef"]["fieldPath"]]

    def volumes(self, local):
        """Makes the folders that stand for mounts; returns which stands for what path."""
        volumes = {it["name"]: it for it in local.pod.spec.get("volumes", [])}
        places = {}
        for mount in local.pod.container.get("volumeMounts", []):
            place = local.folder / mount["mountPath"].lstrip("/")
            volume = volumes.get(mount["name"], {})
            # A file of a volume lies beside the others of its folder.
            target = place.parent if "subPath" in mount else place
            target.mkdir(parents=True, exist_ok=True)
            if "secret" in volume:
                for key, content in self.secrets[volume["secret"]["secretName"]].items():
                    (target / key).write_bytes(content)
            if "csi" in volume and not (target / "tls.crt").exists():
                name = volume["csi"]["volumeAttributes"]["csi.cert-manager.io/dns-names"]
                self.issue(name.replace("${POD_NAME}", local.name), target)
            mounted = pathlib.PurePath(mount["mountPath"])
            places[str(mounted.parent if "subPath" in mount else mounted)] = target
        return places

    def inside(self, local, text, places):
        """What a pod would find under this text, on this machine."""
        for path, place in places.items():
            text = re.sub(rf"(^|=){re.escape(path)}(?=$|/)", rf"\g<1>{place}", text)
        host = NODE if local.pod.role == "edge" and text.startswith("--listen") else local.address
        text = text.replace("0.0.0.0:", f"{host}:")
        for other in self.running:
            text = text.replace(f"{other.name}.shards:", f"{other.address}:")
        # A Service of all shards: the first that answers.
        if "=shards:" in text:
            text = text.replace("shards:", f"{self.of_role('shard')[0].address}:")
        # The name of a Service within its namespace, which listens on port 80.
        for service in re.findall(r"=?http://([a-z0-9-]+)/", text):
            if text.startswith("--url"):
                continue
            text = text.replace(f"http://{service}/", f"http://{self.behind(service)[0].listens_at('http')}/")
        return text

    def wait_until_ready(self, *roles):
        """By the probe of the manifest."""
        for local in self.of_role(*roles):
            probe = local.pod.container["readinessProbe"]["httpGet"]
            url = f"http://{local.listens_at(probe['port'])}{probe['path']}"
            until = time.monotonic() + READY_SECONDS_MAX
            while not is_ready(url):
                if time.monotonic() > until or local.restarts > RESTARTS_MAX:
                    raise SystemExit(f"{local.name} is not ready by {url}:\n{local.log.read_text()[-4000:]}")
                for other in self.running:
                    self.restart_if_ended(other)
                time.sleep(0.1)

    def restart_if_ended(self, local):
        if local.pod.is_long_lived and local.process and local.process.poll() is not None:
            local.restarts += 1
            self.start(local)

    def stop(self):
        """As the kubelet does; who has not ended in time is killed and named."""
        alive = [it for it in self.running if it.process and it.process.poll() is None]
        for local in alive:
            local.process.terminate()
        late = []
        for local in alive:
            try:
                local.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                local.process.kill()
                late.append(local.name)
        return late


def is_ready(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
