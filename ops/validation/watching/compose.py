"""What watches and what is watched agree: the compose file with Prometheus' targets, Grafana's data sources and the
files that are mounted; and that what writes down the page's name does it where Prometheus looks.

    python3 ops/validation/watching/compose.py COMPOSE

COMPOSE is docker-compose.yml, or what docker compose made of it and of files beside it.
"""

import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
# What an image listens on, as nothing in the compose file says it.
PORTS_OF_IMAGES = {
    "rabbitmq": {15692}, "prom/prometheus": {9090}, "prom/alertmanager": {9093}, "prom/blackbox-exporter": {9115},
    "quay.io/prometheus/node-exporter": {9100}, "quay.io/prometheuscommunity/postgres-exporter": {9187},
    "oliver006/redis_exporter": {9121},
}
# They tell nothing to Prometheus of their own accord, or another tells of them.
UNSCRAPED = {
    "directory", "postgres", "dragonfly", "clickhouse", "minio", "minio-setup", "migrate", "blackbox", "grafana",
    "backup", "restore", "elasticsearch", "elk-setup", "kibana", "logstash", "filebeat",
}


def main():
    services = yaml.safe_load(pathlib.Path(sys.argv[1]).read_text())["services"]
    faults = [fault for of in (faults_of_targets, faults_of_page, faults_of_mounts, faults_of_sources, faults_of_logs) for fault in of(services)]
    for fault in faults:
        print(fault)
    print(f"{len(services)} services, {len(faults)} faults")
    sys.exit(1 if faults else 0)


def faults_of_targets(services):
    config = yaml.safe_load((ROOT / "ops/prometheus/compose.yml").read_text())
    targets = {target for job in config["scrape_configs"] for group in job.get("static_configs", []) for target in group["targets"]}
    targets |= {"blackbox:9115"}
    scraped = set()
    for target in sorted(targets):
        name, port = target.replace("localhost", "prometheus").split(":")
        scraped.add(name)
        if name not in services:
            yield f"Prometheus scrapes {name}, which is no service"
        elif int(port) not in ports_of(services[name]):
            yield f"Prometheus scrapes {target}, and {name} listens on {sorted(ports_of(services[name]))}"
    yield from (f"nobody watches {name}" for name in sorted(set(services) - scraped - UNSCRAPED))


def ports_of(service):
    """As its command says, or its image does."""
    image = service["image"].rsplit(":", 1)[0]
    command = service.get("command") or []
    said = command if isinstance(command, str) else " ".join(command)
    found = re.findall(r"--(?:listen|status)=\S+?:(\d+)|--entrypoints\.\w+\.address=:(\d+)", said)
    return {int(port) for pair in found for port in pair if port} | PORTS_OF_IMAGES.get(image, set())


def faults_of_page(services):
    """A server with a certificate of its own, which ends, has its name where Prometheus looks for whom to ask."""
    if not any("certificatesresolvers" in it for it in services["traefik"]["command"]):
        return
    config = yaml.safe_load((ROOT / "ops/prometheus/compose.yml").read_text())
    [page] = [job for job in config["scrape_configs"] if job["job_name"] == "page"]
    [file] = page["file_sd_configs"][0]["files"]
    name = re.search(r"domains\[0\]\.main=(\S+)", " ".join(services["traefik"]["command"])).group(1)
    written = " ".join(services["prometheus"].get("entrypoint") or [])
    if f'"targets": ["{name}"]' not in written or f">{file}\n" not in written:
        yield f"nobody watches the certificate of {name}"


def faults_of_mounts(services):
    for name, service in services.items():
        for volume in service.get("volumes", []):
            source = volume["source"] if isinstance(volume, dict) else volume.split(":")[0]
            if source.startswith("./") and not (ROOT / source).exists():
                yield f"{name} mounts {source}, which is not there"


def faults_of_sources(services):
    sources = yaml.safe_load((ROOT / "ops/grafana/provisioning/datasources/prometheus.yml").read_text())["datasources"]
    for source in sources:
        name = re.match(r"http://([a-z-]+):\d+$", source["url"]).group(1)
        if name not in services:
            yield f"Grafana asks {name}, which is no service"


def faults_of_logs(services):
    """Filebeat knows a line's service by a label in it."""
    for name, service in services.items():
        if service["image"].startswith("voxelheim:"):
            if "com.docker.compose.service" not in service.get("logging", {}).get("options", {}).get("labels", ""):
                yield f"nobody knows whose the lines of {name} are"
            if name not in ("migrate",) and service.get("environment", {}).get("VOXELHEIM_LOG_FORMAT") != "json":
                yield f"{name} does not write JSON"


main()
