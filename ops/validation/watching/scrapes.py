"""Prometheus' configurations of compose and of the one process, made to scrape the same on this machine, as one.

    python3 ops/validation/watching/scrapes.py FOLDER NAME=PORT... >prometheus.yml

FOLDER has compose.yml and one.yml. Each target of compose is HOST:PORT; NAME is that host, and who is not named is
left out, as is who is found by a file. What a probe asks is replaced as well. `one` is the one process.
"""

import pathlib
import sys

import yaml


def main():
    folder, *names = sys.argv[1:]
    folder = pathlib.Path(folder).resolve()
    port_of = dict(it.split("=") for it in names)
    config = yaml.safe_load((folder / "compose.yml").read_text())
    # Minutes of compose are seconds here, so that there is something to see soon.
    config["global"].update(scrape_interval="1s", scrape_timeout="900ms", evaluation_interval="2s")
    config["rule_files"] = [str(folder / "rules/*.yml")]
    config["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [f"127.0.0.1:{port_of['alertmanager']}"]}]}]
    jobs = [here(job, port_of) for job in config["scrape_configs"] if "static_configs" in job]
    config["scrape_configs"] = [job for job in jobs if job["static_configs"]]
    config["scrape_configs"][0]["static_configs"] += one(folder / "one.yml", port_of)
    yaml.safe_dump(config, sys.stdout, sort_keys=False)


def one(path, port_of):
    """The targets of the one process."""
    [groups] = [job["static_configs"] for job in yaml.safe_load(path.read_text())["scrape_configs"] if job["job_name"] == "voxelheim"]
    for group in groups:
        labels = {**group["labels"], "host": group["labels"]["instance"] + ":8080"}
        yield {"targets": [f"127.0.0.1:{port_of['one']}"], "labels": labels}


def here(job, port_of):
    """A job whose targets are on loopback; their names stay in the label `instance`."""
    job = {**job, "scrape_interval": "2s", "scrape_timeout": "1900ms"}
    named = []
    for group in job["static_configs"]:
        for target in group["targets"]:
            name = target.split(":")[0]
            if name in port_of:
                labels = {**group.get("labels", {}), "host": target}
                named.append({"targets": [f"127.0.0.1:{port_of[name]}"], "labels": labels})
    job["static_configs"] = named
    # What relabelling makes of compose's address it makes of this label here.
    job["relabel_configs"] = [relabelled(rule, port_of) for rule in job.get("relabel_configs", [])]
    job["relabel_configs"].append({"action": "labeldrop", "regex": "host"})
    return job


def relabelled(rule, port_of):
    if rule.get("target_label") == "instance" and rule.get("source_labels") == ["__address__"]:
        return {**rule, "source_labels": ["host"]}
    if rule.get("target_label") == "__address__":
        name = rule["replacement"].split(":")[0]
        return {**rule, "replacement": f"127.0.0.1:{port_of[name]}"}
    return rule


main()
