# Prometheus, Alertmanager and Grafana by their operator. What they watch, warn of and show is VoxelHeim's own:
# ops/prometheus, ops/alertmanager, ops/grafana.

resource "helm_release" "this" {
  name             = "monitoring"
  namespace        = "monitoring"
  create_namespace = true
  repository       = "https://prometheus-community.github.io/helm-charts"
  chart            = "kube-prometheus-stack"
  version          = "77.5.0"
  atomic           = true
  timeout          = 900
  values = [yamlencode({
    prometheus = { prometheusSpec = {
      retention = "${var.retention_days}d"
      # Monitors and rules of every namespace, not of this chart alone.
      podMonitorSelectorNilUsesHelmValues     = false
      serviceMonitorSelectorNilUsesHelmValues = false
      ruleSelectorNilUsesHelmValues           = false
      storageSpec = { volumeClaimTemplate = { spec = {
        accessModes = ["ReadWriteOnce"]
        resources   = { requests = { storage = "${var.storage_gib}Gi" } }
      } } }
    } }
    grafana = { defaultDashboardsEnabled = false, sidecar = { dashboards = { searchNamespace = "ALL" } } }
  })]
}
