# Prometheus, Alertmanager and Grafana by their operator. What they watch, warn of and show is VoxelHeim's own:
# ops/prometheus, ops/alertmanager, ops/grafana.

locals {
  watching = "${path.module}/../../.."
  # Our pods are found by their PodMonitor, kubelets by the chart: all others by what stands in the file.
  found   = ["voxelheim", "kubelet"]
  scrapes = yamldecode(templatefile("${local.watching}/prometheus/kubernetes.yml", { ENVIRONMENT = var.environment, NAMESPACE = var.namespace, HOST = var.host })).scrape_configs
  rules   = { for file in fileset("${local.watching}/prometheus/rules", "*.yml") : trimsuffix(file, ".yml") => yamldecode(file("${local.watching}/prometheus/rules/${file}")) }
  boards  = { for file in fileset("${local.watching}/grafana/boards", "*.json") : trimsuffix(file, ".json") => { json = file("${local.watching}/grafana/boards/${file}") } }
}

# The chart's own is published with it. The chart keeps this one in the secret `monitoring-grafana`
# (docs/runbooks/README.md says how to read it).
resource "random_password" "grafana" {
  length = 32
  # It goes through Helm's --set.
  special = false
}

resource "helm_release" "this" {
  name             = "monitoring"
  namespace        = "monitoring"
  create_namespace = true
  repository       = "https://prometheus-community.github.io/helm-charts"
  chart            = "kube-prometheus-stack"
  version          = "77.5.0"
  atomic           = true
  timeout          = 900
  # Not among the values: a plan would show none of them.
  set_sensitive = [{ name = "grafana.adminPassword", value = random_password.grafana.result }]
  values = [yamlencode({
    prometheus = { prometheusSpec = {
      retention               = "${var.retention_days}d"
      externalLabels          = { environment = var.environment }
      additionalScrapeConfigs = [for job in local.scrapes : job if !contains(local.found, job.job_name)]
      # Monitors and rules of every namespace, not of this chart alone.
      podMonitorSelectorNilUsesHelmValues     = false
      serviceMonitorSelectorNilUsesHelmValues = false
      ruleSelectorNilUsesHelmValues           = false
      storageSpec = { volumeClaimTemplate = { spec = {
        accessModes = ["ReadWriteOnce"]
        resources   = { requests = { storage = "${var.storage_gib}Gi" } }
      } } }
    } }
    # An alert names the machine, not the address of who tells of it.
    prometheus-node-exporter = { prometheus = { monitor = {
      relabelings = [{ sourceLabels = ["__meta_kubernetes_pod_node_name"], targetLabel = "instance" }]
    } } }
    additionalPrometheusRulesMap = local.rules
    # The chart's own alerts have no runbook of ours and fire for what is as it should be here: ours are all there are.
    defaultRules = { create = false }
    # EKS runs these, or has them listen on loopback: nobody can scrape them, and each would be a target that is down.
    kubeProxy             = { enabled = false }
    kubeEtcd              = { enabled = false }
    kubeScheduler         = { enabled = false }
    kubeControllerManager = { enabled = false }
    # Receivers' addresses are a secret of this name, put there by whoever may know them.
    alertmanager = {
      config           = yamldecode(file("${local.watching}/alertmanager/alertmanager.yml"))
      alertmanagerSpec = { secrets = ["receivers"] }
    }
    grafana = {
      defaultDashboardsEnabled = false
      dashboardProviders = { "boards.yaml" = { apiVersion = 1, providers = [{
        name = "voxelheim", folder = "VoxelHeim", type = "file", options = { path = "/var/lib/grafana/dashboards/voxelheim" }
      }] } }
      dashboards = { voxelheim = local.boards }
    }
  })]
}
