# RabbitMQ with quorum queues, by its operator, whose names for pods and ports ops/prometheus/kubernetes.yml scrapes by.

locals {
  image = { repository = "library/rabbitmq", tag = "4.1.4" }
}

# Upstream brings manifests and no chart; this chart's own images, Bitnami's, are no longer on Docker Hub, so each is
# named: upstream's, of the versions that the chart was made for. The second operator, of queues and users as objects,
# is left out: services declare what they need. Neither the chart nor these images were tried in a cluster here.
resource "helm_release" "operator" {
  name             = "rabbitmq-operator"
  namespace        = "rabbitmq-system"
  create_namespace = true
  repository       = "oci://registry-1.docker.io/bitnamicharts"
  chart            = "rabbitmq-cluster-operator"
  version          = "4.4.34"
  atomic           = true
  values = [yamlencode({
    # The chart takes images that are not Bitnami's only if it is told to.
    global                 = { security = { allowInsecureImages = true } }
    clusterOperator        = { image = { repository = "rabbitmqoperator/cluster-operator", tag = "2.16.1" } }
    credentialUpdaterImage = { repository = "rabbitmqoperator/default-user-credential-updater", tag = "1.0.8" }
    rabbitmqImage          = local.image
    msgTopologyOperator    = { enabled = false }
  })]
}

resource "helm_release" "objects" {
  name      = "rabbitmq"
  namespace = var.namespace
  chart     = "${path.module}/../../charts/objects"
  values = [yamlencode({ objects = [
    {
      apiVersion = "rabbitmq.com/v1beta1"
      kind       = "RabbitmqCluster"
      metadata   = { name = "rabbitmq" }
      spec = {
        image       = "docker.io/${local.image.repository}:${local.image.tag}"
        replicas    = var.replicas
        persistence = { storage = "${var.storage_gib}Gi" }
        resources   = { requests = { cpu = "500m", memory = "1Gi" }, limits = { memory = "1Gi" } }
        rabbitmq = { additionalConfig = <<-TEXT
          cluster_partition_handling = pause_minority
          disk_free_limit.absolute = ${ceil(var.storage_gib / 10)}GB
          default_user = voxelheim
          default_pass = ${var.password}
        TEXT
        }
      }
    },
  ] })]

  depends_on = [helm_release.operator]
}
