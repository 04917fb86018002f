"""That a cluster has the jobs that rules need: those that they name, and those that tell what they speak of.

    python3 ops/validation/watching/jobs.py CONFIGURATION RULES...
"""

import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
# No job of the file: the chart of ops/terraform/modules/monitoring brings a monitor of each.
OF_THE_CHART = {"node-exporter", "kube-state-metrics", "prometheus", "alertmanager"}
# Which job tells names that begin so; the longest beginning is meant.
TOLD_BY = {
    "voxelheim_": "voxelheim", "probe_": "ready", "probe_ssl_": "page", "pg_": "postgres", "redis_": "cache",
    "rabbitmq_": "rabbitmq", "rabbitmq_detailed_": "rabbitmq-queues", "kubelet_": "kubelet", "node_": "node-exporter",
    "kube_": "kube-state-metrics", "prometheus_": "prometheus", "alertmanager_": "alertmanager",
}


def main():
    configuration, *rules = sys.argv[1:]
    known = jobs_of(yaml.safe_load(pathlib.Path(configuration).read_text())) | OF_THE_CHART
    groups = [group for path in rules for group in yaml.safe_load(pathlib.Path(path).read_text())["groups"]]
    needed = [(rule.get("alert") or rule["record"], job) for group in groups for rule in group["rules"] for job in needed_by(rule["expr"])]
    faults = sorted({f"{rule} needs the job {job}, which a cluster has not" for rule, job in needed if job not in known})
    for fault in faults:
        print(fault)
    print(f"{len({job for _, job in needed})} jobs are needed by rules, {len(faults)} faults")
    sys.exit(1 if faults else 0)


def jobs_of(configuration):
    """By name, and by the label that gives the targets of `exporters` theirs."""
    labels = "".join(path.read_text() for path in (ROOT / "ops/prometheus/cluster").glob("*.yaml"))
    named = {job["job_name"] for job in configuration["scrape_configs"]}
    return named | (set(re.findall(r"voxelheim\.io/watch: ([\w-]+)", labels)) if "exporters" in named else set())


def needed_by(expr):
    for text in re.findall(r'\bjob(?:=~|!~|!=|=)"([^"]*)"', expr):
        yield from text.split("|")
    heads = "|".join(sorted(TOLD_BY, key=len, reverse=True))
    yield from (TOLD_BY[head] for head in re.findall(rf"(?<![\w:])({heads})\w", expr))


main()
