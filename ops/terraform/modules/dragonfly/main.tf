# DragonflyDB: a leader and replicas of it. Only a cache and counters are there, nothing that a restart may not lose.

resource "helm_release" "operator" {
  name             = "dragonfly-operator"
  namespace        = "dragonfly-operator"
  create_namespace = true
  repository       = "oci://ghcr.io/dragonflydb/dragonfly-operator/helm"
  chart            = "dragonfly-operator"
  version          = "v1.2.1"
  atomic           = true
}

resource "helm_release" "objects" {
  name      = "dragonfly"
  namespace = var.namespace
  chart     = "${path.module}/../../charts/objects"
  values = [yamlencode({ objects = [
    {
      apiVersion = "v1"
      kind       = "Secret"
      metadata   = { name = "dragonfly-password" }
      stringData = { password = var.password }
    },
    {
      apiVersion = "dragonflydb.io/v1alpha1"
      kind       = "Dragonfly"
      metadata   = { name = "dragonfly" }
      spec = {
        image          = "docker.dragonflydb.io/dragonflydb/dragonfly:v1.34.2"
        replicas       = var.replicas
        resources      = { requests = { cpu = "500m", memory = var.memory }, limits = { memory = var.memory } }
        authentication = { passwordFromSecret = { name = "dragonfly-password", key = "password" } }
        # Services declare every key that their scripts touch.
        args = ["--cache_mode=false"]
      }
    },
  ] })]

  depends_on = [helm_release.operator]
}
