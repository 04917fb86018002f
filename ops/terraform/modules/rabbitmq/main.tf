# RabbitMQ with quorum queues, by its operator, whose names for pods and ports ops/prometheus/kubernetes.yml scrapes by.

resource "helm_release" "operator" {
  name             = "rabbitmq-operator"
  namespace        = "rabbitmq-system"
  create_namespace = true
  repository       = "oci://registry-1.docker.io/bitnamicharts"
  chart            = "rabbitmq-cluster-operator"
  version          = "4.4.34"
  atomic           = true
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
        image       = "rabbitmq:4.1.4"
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
