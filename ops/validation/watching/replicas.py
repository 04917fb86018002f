"""Writes a test for promtool: of all that an environment's manifests have run, and of the broker, each is missed when none of
its pods is ready, and an environment without edges or shards is, too.

    python3 ops/validation/watching/replicas.py RULES MANIFESTS... >test.yml

What the alerts ask by name is so held against the names that there are.
"""

import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
# As RabbitMQ's operator makes it of the cluster `rabbitmq`, where Terraform puts stores.
BROKER = ("StatefulSet", re.search(r'stores\s+= "(\w+)"', (ROOT / "ops/terraform/modules/environment/main.tf").read_text())[1], "rabbitmq-server")
WANTED = {"Deployment": "kube_deployment_spec_replicas", "StatefulSet": "kube_statefulset_replicas"}
READY = {"Deployment": "kube_deployment_status_replicas_available", "StatefulSet": "kube_statefulset_status_replicas_ready"}


def main():
    rules, *manifests = sys.argv[1:]
    documents = [it for path in manifests for it in yaml.safe_load_all(pathlib.Path(path).read_text()) if it]
    sets = sorted((it["kind"], it["metadata"]["namespace"], it["metadata"]["name"]) for it in documents if it["kind"] in WANTED)
    shards = [it for it in sets if it[0] == "StatefulSet"]
    edges = [it for it in sets if it[2].startswith("edge-")]
    tests = [
        test(told([*sets, BROKER]), "ReplicasMissing", [{kind.lower(): name} for kind, _, name in [*sets, BROKER]]),
        test(told(it for it in sets if it not in edges), "PartMissing", [{"part": "edge"}]),
        test(told(it for it in sets if it not in shards), "PartMissing", [{"part": "shard"}]),
        test(told(sets), "PartMissing", []),
    ]
    yaml.safe_dump({"rule_files": [str(pathlib.Path(rules).resolve())], "evaluation_interval": "15s", "tests": tests}, sys.stdout)


def told(sets):
    """As kube-state-metrics does: two are wanted, none is ready."""
    for kind, namespace, name in sets:
        labels = f'{{namespace="{namespace}", {kind.lower()}="{name}"}}'
        yield {"series": WANTED[kind] + labels, "values": "2x40"}
        yield {"series": READY[kind] + labels, "values": "0x40"}


def test(series, alert, missed):
    labels = [", ".join(f'{key}="{value}"' for key, value in it.items()) for it in missed]
    return {
        "interval": "15s",
        "input_series": list(series),
        "promql_expr_test": [{
            "expr": f'count by (deployment, statefulset, part) (ALERTS{{alertname="{alert}", alertstate="firing"}})',
            "eval_time": "8m",
            "exp_samples": [{"labels": f"{{{it}}}", "value": 1} for it in labels],
        }],
    }


main()
