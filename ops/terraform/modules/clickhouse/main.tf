# ClickHouse by Altinity's operator: one shard, replicas of it, and three keepers that agree on what they have.

resource "helm_release" "operator" {
  name             = "clickhouse-operator"
  namespace        = "clickhouse-operator"
  create_namespace = true
  repository       = "https://helm.altinity.com"
  chart            = "altinity-clickhouse-operator"
  version          = "0.25.3"
  atomic           = true
}

locals {
  volume = {
    name = "data"
    spec = {
      accessModes = ["ReadWriteOnce"]
      resources   = { requests = { storage = "${var.storage_gib}Gi" } }
    }
  }
}

resource "helm_release" "objects" {
  name      = "clickhouse"
  namespace = var.namespace
  chart     = "${path.module}/../../charts/objects"
  values = [yamlencode({ objects = [
    # A database that has its tables made on every replica; the image runs this when a disk is empty.
    {
      apiVersion = "v1"
      kind       = "ConfigMap"
      metadata   = { name = "clickhouse-database" }
      data = { "database.sql" = join(" ", [
        "CREATE DATABASE IF NOT EXISTS voxelheim",
        "ENGINE = Replicated('/clickhouse/databases/voxelheim', '{shard}', '{replica}')",
      ]) }
    },
    {
      apiVersion = "clickhouse-keeper.altinity.com/v1"
      kind       = "ClickHouseKeeperInstallation"
      metadata   = { name = "keeper" }
      spec = {
        configuration = { clusters = [{ name = "keeper", layout = { replicasCount = 3 } }] }
        defaults      = { templates = { dataVolumeClaimTemplate = "data" } }
        templates     = { volumeClaimTemplates = [{ name = "data", spec = { accessModes = ["ReadWriteOnce"], resources = { requests = { storage = "10Gi" } } } }] }
      }
    },
    {
      apiVersion = "clickhouse.altinity.com/v1"
      kind       = "ClickHouseInstallation"
      metadata   = { name = "clickhouse" }
      spec = {
        configuration = {
          zookeeper = { nodes = [{ host = "keeper-keeper", port = 2181 }] }
          clusters  = [{ name = "voxelheim", layout = { shardsCount = 1, replicasCount = var.replicas } }]
          users = {
            "voxelheim/password_sha256_hex" = sha256(var.password)
            "voxelheim/networks/ip"         = "::/0"
            "voxelheim/profile"             = "default"
          }
        }
        defaults = { templates = { dataVolumeClaimTemplate = "data", podTemplate = "clickhouse" } }
        templates = {
          volumeClaimTemplates = [local.volume]
          podTemplates = [{
            name = "clickhouse"
            spec = {
              volumes = [{ name = "database", configMap = { name = "clickhouse-database" } }]
              containers = [{
                name         = "clickhouse"
                image        = "clickhouse/clickhouse-server:25.8.9.20-alpine"
                resources    = { requests = { cpu = "1", memory = "4Gi" }, limits = { memory = "4Gi" } }
                volumeMounts = [{ name = "database", mountPath = "/docker-entrypoint-initdb.d" }]
              }]
            }
          }]
        }
      }
    },
  ] })]

  depends_on = [helm_release.operator]
}
