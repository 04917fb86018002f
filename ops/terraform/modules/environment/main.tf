# One environment: its cluster, what manifests take for granted there, and its stores.

locals {
  name       = "voxelheim-${var.environment}"
  replicas   = var.is_lasting ? 3 : 1
  passwords  = { for store, it in random_password.this : store => it.result }
  gib        = var.is_lasting ? 100 : 20
  kubernetes = "1.32"
  stores     = "stores"
}

resource "random_password" "this" {
  for_each = toset(["directory", "accounts", "game", "dragonfly", "rabbitmq", "clickhouse"])

  length = 32
  # They go into URLs.
  special = false
}

module "cluster" {
  source = "../cluster"

  name                 = local.name
  kubernetes_version   = local.kubernetes
  cidr                 = var.cidr
  administrators_cidrs = var.administrators_cidrs
  shards               = var.shards
  general              = var.general
  edges                = var.edges
}

module "dns" {
  source = "../dns"

  name     = local.name
  zone     = var.zone
  host     = var.host
  balancer = module.cluster.balancer
  oidc     = module.cluster.oidc
}

# The disks of every claim that names no class: Prometheus', the stores', those of environments whose shards need no
# fast ones. EKS marks none of its own as default, and the class it brings is not encrypted.
resource "helm_release" "disks" {
  name      = "voxelheim-disks"
  namespace = "kube-system"
  chart     = "${path.module}/../../charts/objects"
  values = [yamlencode({ objects = [{
    apiVersion           = "storage.k8s.io/v1"
    kind                 = "StorageClass"
    metadata             = { name = "standard", annotations = { "storageclass.kubernetes.io/is-default-class" = "true" } }
    provisioner          = "ebs.csi.aws.com"
    parameters           = { type = "gp3", encrypted = "true" }
    volumeBindingMode    = "WaitForFirstConsumer"
    allowVolumeExpansion = true
    # A claim that is deleted by mistake takes no database with it.
    reclaimPolicy = "Retain"
  }] })]

  depends_on = [module.cluster]
}

module "monitoring" {
  source = "../monitoring"

  environment    = var.environment
  namespace      = local.name
  host           = var.host
  retention_days = var.is_lasting ? 90 : 14
  storage_gib    = local.gib

  depends_on = [helm_release.disks]
}

module "platform" {
  source = "../platform"

  certificates_email = var.certificates_email
  dns                = module.dns.certificates

  # Traefik brings a monitor of its own kind.
  depends_on = [module.monitoring]
}

# Stores stand in a namespace with the label that NetworkPolicies let pods to.
resource "helm_release" "stores" {
  name      = "voxelheim-stores"
  namespace = "default"
  chart     = "${path.module}/../../charts/objects"
  values = [yamlencode({ objects = [{
    apiVersion = "v1"
    kind       = "Namespace"
    metadata   = { name = local.stores, labels = { "voxelheim.io/part" = "stores" } }
  }] })]

  # Before the claims of all stores.
  depends_on = [helm_release.disks]
}

module "postgres" {
  source = "../postgres"

  namespace = local.stores
  databases = {
    directory = { workers = 0, storage_gib = 10, cpu = "500m", memory = "1Gi", replicas = local.replicas, password = local.passwords["directory"] }
    accounts  = { workers = 1, storage_gib = local.gib, cpu = "1", memory = "2Gi", replicas = local.replicas, password = local.passwords["accounts"] }
    game      = { workers = var.is_lasting ? 3 : 1, storage_gib = local.gib, cpu = "2", memory = "4Gi", replicas = local.replicas, password = local.passwords["game"] }
  }

  depends_on = [helm_release.stores]
}

module "dragonfly" {
  source = "../dragonfly"

  namespace = local.stores
  password  = local.passwords["dragonfly"]
  replicas  = var.is_lasting ? 2 : 1
  memory    = "2Gi"

  depends_on = [helm_release.stores]
}

module "rabbitmq" {
  source = "../rabbitmq"

  namespace   = local.stores
  password    = local.passwords["rabbitmq"]
  replicas    = local.replicas
  storage_gib = 20

  depends_on = [helm_release.stores]
}

module "clickhouse" {
  source = "../clickhouse"

  namespace   = local.stores
  password    = local.passwords["clickhouse"]
  replicas    = var.is_lasting ? 2 : 1
  storage_gib = local.gib

  depends_on = [helm_release.stores]
}

module "objects" {
  source = "../objects"

  name    = "${local.name}-dumps"
  key_arn = module.cluster.key_arn
  # Longer than ops/scripts/prune_backups.sh keeps any: the bucket takes away only what nobody pruned.
  dumps_days = var.is_lasting ? 90 : 60
}

module "secrets" {
  source = "../secrets"

  environment = var.environment
  key_arn     = module.cluster.key_arn
  oidc        = module.cluster.oidc
  mail        = var.mail
  stores = {
    directory = module.postgres.urls["directory"]
    accounts  = module.postgres.urls["accounts"]
    game      = module.postgres.urls["game"]
    cache     = module.dragonfly.url
    broker    = module.rabbitmq.url
    warehouse = module.clickhouse.url
  }
}
