"""Prometheus' configuration of compose, made to scrape the same processes on this machine.

    python3 ops/validation/watching/scrapes.py CONFIGURATION NAME=PORT... >prometheus.yml

Each target of compose is HOST:PORT; NAME is that host, and who is not named is left out. What a probe asks is
replaced as well. `one`, the one process with everything, is added to the job of our own processes: compose has none.
"""

import pathlib
import sys

import yaml


def main():
    configuration, *names = sys.argv[1:]
    port_of = dict(it.split("=") for it in names)
    config = yaml.safe_load(pathlib.Path(configuration).read_text())
    # Minutes of compose are seconds here, so that there is something to see soon.
    config["global"].update(scrape_interval="1s", scrape_timeout="900ms", evaluation_interval="2s")
    config["rule_files"] = [str(pathlib.Path(configuration).parent.resolve() / "rules/*.yml")]
    config["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [f"127.0.0.1:{port_of['alertmanager']}"]}]}]
    if "one" in port_of:
        config["scrape_configs"][0]["static_configs"].append({"targets": ["one:8080"], "labels": {"role": "all"}})
    config["scrape_configs"] = [it for it in map(lambda job: here(job, port_of), config["scrape_configs"]) if it["static_configs"]]
    yaml.safe_dump(config, sys.stdout, sort_keys=False)


def here(job, port_of):
    """A job whose targets are on loopback; their names stay in the label `instance`."""
    job = {**job, "scrape_interval": "2s", "scrape_timeout": "1900ms"}
    named = []
    for group in job["static_configs"]:
        for target in group["targets"]:
            name = target.split(":")[0]
            if name in port_of:
                labels = {**group.get("labels", {}), "host": name}
                named.append({"targets": [f"127.0.0.1:{port_of[name]}"], "labels": labels})
    job["static_configs"] = named
    # Compose's hosts are names; here the name is a label beside the address.
    job["relabel_configs"] = [relabelled(rule, port_of) for rule in job.get("relabel_configs", [])]
    job["relabel_configs"].append({"action": "labeldrop", "regex": "host"})
    return job


def relabelled(rule, port_of):
    if rule.get("target_label") == "instance" and rule.get("source_labels") == ["__address__"]:
        return {"source_labels": ["host"], "target_label": "instance"}
    if rule.get("target_label") == "__address__":
        name = rule["replacement"].split(":")[0]
        return {**rule, "replacement": f"127.0.0.1:{port_of[name]}"}
    return rule


main()
