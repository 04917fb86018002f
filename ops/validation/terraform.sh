#!/usr/bin/env bash
# Terraform as far as it can be proven without the providers' own schemas: format and syntax by terraform, policies by
# checkov, calls and references by our own rules. `terraform validate` needs the providers, and is CI's (see .github).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
cd "$ROOT"

# With why: a balancer of UDP and of TLS that Traefik ends has no HTTPS of its own (CKV_AWS_2, CKV_AWS_103), is not asked
# by the scaling group (CKV2_AWS_15) and takes port 80 to redirect (CKV_AWS_260); flows are logged instead of its requests
# (CKV_AWS_91). A key's own policy is about itself, "*" (CKV_AWS_109, 111, 356). The API is public only for
# administrators_cidrs (CKV_AWS_38). Dumps are copied and verified by ops/scripts, not by the bucket (CKV_AWS_18, 144,
# CKV2_AWS_62). Stores' passwords change with their stores (CKV2_AWS_57). Three zones are taken by name (CKV_AWS_394). The program
# shows S3 a key, so copies have users of their own (CKV_AWS_273).
SKIPPED=CKV_AWS_2,CKV_AWS_103,CKV2_AWS_15,CKV_AWS_260,CKV_AWS_91,CKV_AWS_109,CKV_AWS_111,CKV_AWS_356,CKV_AWS_38
SKIPPED+=,CKV_AWS_18,CKV_AWS_144,CKV2_AWS_62,CKV2_AWS_57,CKV_AWS_394,CKV_AWS_273

main() {
  need_or_say terraform https://developer.hashicorp.com/terraform
  export TF_CLI_CONFIG_FILE=/dev/null
  terraform fmt -check -diff -recursive ops/terraform
  own_rules
  checkov --framework terraform --skip-check "$SKIPPED" --directory ops/terraform/environments/live
  canaries
  echo "modules and ${#ENVIRONMENTS[@]} roots, but for the providers' schemas"
}

own_rules() {
  local parser yaml
  parser="$(python_program checkov==3.3.30)"
  yaml="$(python_program kubernetes-validate==1.37.0)"
  PYTHONPATH="$parser:$yaml:$ROOT/ops/validation" PYTHONDONTWRITEBYTECODE=1 python3 ops/validation/terraform_rules.py "$@"
}

canaries() {
  local copy="$SCRATCH/terraform"
  cp -r ops/terraform ops/seccomp ops/traefik ops/prometheus "$SCRATCH"
  own_rules "$copy"
  sed -i 's/ HOST = / NAME = /' "$copy/modules/monitoring/main.tf"
  must_fail "a file with a name that nobody says" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i 's/module.dns.certificates/module.dns.certs/' "$copy/modules/environment/main.tf"
  must_fail "an output that is not there" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i '/^  edges  *= var.edges/d' "$copy/modules/environment/main.tf"
  must_fail "a call without an argument" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i 's/is-default-class" = "true"/is-default-class" = "false"/' "$copy/modules/environment/main.tf"
  must_fail "claims for which no class of disks stands" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i 's/encrypted = "true"/encrypted = "false"/' "$copy/modules/environment/main.tf"
  must_fail "disks that are not sealed" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i '/defaultRules/d' "$copy/modules/monitoring/main.tf"
  must_fail "alerts that nobody wrote a runbook for" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i '/kubeScheduler/d' "$copy/modules/monitoring/main.tf"
  must_fail "a part of EKS that cannot be scraped" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i '/set_sensitive/d' "$copy/modules/monitoring/main.tf"
  must_fail "a password that everybody knows" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i 's/^  name  *= "monitoring"/  name = "watching"/' "$copy/modules/monitoring/main.tf"
  must_fail "a Grafana that is not where runbooks say" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i 's/^    kubeEtcd .*/&\n    kubeStateMetrics = { enabled = false }/' "$copy/modules/monitoring/main.tf"
  must_fail "pods that nobody counts" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i '/kubeReservedCgroup: ""/d' "$copy/modules/cluster/nodes.tf"
  must_fail "a kubelet that does not start" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i 's/disk_gib = 150/disk_gib = 60/' "$copy/modules/cluster/nodes.tf"
  must_fail "nodes on whose disks no copy has room" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i 's/? 90 : 60/? 90 : 14/' "$copy/modules/environment/main.tf"
  must_fail "a bucket that takes away what was promised" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i 's|"10.43.0.0/16"|"10.53.0.0/16"|' "$copy/environments/live/main.tf"
  must_fail "a network of pods in which no proxy is believed" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i '/^ *clusterOperator /d' "$copy/modules/rabbitmq/main.tf"
  must_fail "an image that is not to be had" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  canaries_of_stores "$copy"
  echo 'resource "a" "b" {' >"$copy/modules/dns/broken.tf"
  must_fail "what is no HCL" terraform fmt -check "$copy/modules/dns"
}

# The same of the rules for how stores are reached, and for what they keep.
canaries_of_stores() {
  local copy="$1"
  sed -i 's|/${name}"|/${name}?sslmode=require"|' "$copy/modules/postgres/outputs.tf"
  must_fail "a URL that asks for TLS which the binary does not speak" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i 's|"amqp://|"amqps://|' "$copy/modules/rabbitmq/outputs.tf"
  must_fail "a URL that the binary does not open" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i 's|:8123/|:8443/|' "$copy/modules/clickhouse/outputs.tf"
  must_fail "a URL with a port that the store's pods do not have" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i '/disableEnvoy/d' "$copy/modules/postgres/main.tf"
  must_fail "a proxy before PostgreSQL, at a port that policies do not let through" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i 's/mode = "strict-sync"/mode = "async"/' "$copy/modules/postgres/main.tf"
  must_fail "replicas that forget what was confirmed" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
  sed -i '0,/^        replication .*/{/^        replication .*/d}' "$copy/modules/postgres/main.tf"
  must_fail "a coordinator that is replicated otherwise than its shards" own_rules "$copy"
  cp -r ops/terraform "$SCRATCH"
}

main "$@"
