# PostgreSQL, for accounts and the game sharded by Citus, by the StackGres operator: coordinator and workers with
# replicas, failover, and backups of their own (those of VoxelHeim are ops/scripts').

resource "helm_release" "operator" {
  name             = "stackgres-operator"
  namespace        = "stackgres"
  create_namespace = true
  repository       = "https://stackgres.io/downloads/stackgres-k8s/stackgres/helm"
  chart            = "stackgres-operator"
  version          = "1.17.2"
  atomic           = true
  timeout          = 900
}

locals {
  plain   = { for name, it in var.databases : name => it if it.workers == 0 }
  sharded = { for name, it in var.databases : name => it if it.workers > 0 }

  profiles = [for name, it in var.databases : {
    apiVersion = "stackgres.io/v1"
    kind       = "SGInstanceProfile"
    metadata   = { name = name }
    spec       = { cpu = it.cpu, memory = it.memory }
  }]

  # Read once, when the cluster is made.
  users = [for name, it in var.databases : {
    apiVersion = "v1"
    kind       = "Secret"
    metadata   = { name = "${name}-owner" }
    stringData = { sql = "CREATE ROLE voxelheim LOGIN PASSWORD '${it.password}'" }
  }]
  scripts = [for name, it in var.databases : {
    apiVersion = "stackgres.io/v1"
    kind       = "SGScript"
    metadata   = { name = name }
    spec = { scripts = concat(
      [{ name = "owner", scriptFrom = { secretKeyRef = { name = "${name}-owner", key = "sql" } } }],
      it.workers > 0 ? [] : [{ name = "database", script = "CREATE DATABASE ${name}" }],
      [{ name = "rights", script = "ALTER DATABASE ${name} OWNER TO voxelheim" }],
    ) }
  }]

  # PostgreSQL itself listens at the port that its Service has, for NetworkPolicies let through pods' ports. Envoy and
  # PgBouncer would each stand before it at another.
  pods = { for name, it in var.databases : name => {
    persistentVolume         = { size = "${it.storage_gib}Gi" }
    disableEnvoy             = true
    disableConnectionPooling = true
  } }

  # Each process of a service has eight at most, and without PgBouncer each is one of the server's: with all autoscalers at
  # their end some 280 for the game, and those that Citus makes to its workers.
  settings = [for name, it in var.databases : {
    apiVersion = "stackgres.io/v1"
    kind       = "SGPostgresConfig"
    metadata   = { name = name }
    spec       = { postgresVersion = "17", "postgresql.conf" = { max_connections = "500" } }
  }]

  # What was confirmed is on two disks, whoever is promoted (docs/invariants/ownership.md). One alone has nobody to wait
  # for, and loses what its disk does.
  replication = {
    alone   = { mode = "async" }
    several = { mode = "strict-sync", syncInstances = 1 }
  }

  plain_clusters = [for name, it in local.plain : {
    apiVersion = "stackgres.io/v1"
    kind       = "SGCluster"
    metadata   = { name = name }
    spec = {
      postgres          = { version = "17" }
      instances         = it.replicas
      sgInstanceProfile = name
      replication       = local.replication[it.replicas > 1 ? "several" : "alone"]
      pods              = local.pods[name]
      configurations    = { sgPostgresConfig = name }
      managedSql        = { scripts = [{ sgScript = name }] }
    }
  }]
  sharded_clusters = [for name, it in local.sharded : {
    apiVersion = "stackgres.io/v1alpha1"
    kind       = "SGShardedCluster"
    metadata   = { name = name }
    spec = {
      type     = "citus"
      database = name
      postgres = { version = "17" }
      # Of the shards; unless it is told, too, the coordinator waits for all that it has.
      replication = local.replication[it.replicas > 1 ? "several" : "alone"]
      coordinator = {
        instances         = it.replicas
        sgInstanceProfile = name
        replication       = local.replication[it.replicas > 1 ? "several" : "alone"]
        pods              = local.pods[name]
        configurations    = { sgPostgresConfig = name }
        managedSql        = { scripts = [{ sgScript = name }] }
      }
      shards = {
        clusters            = it.workers
        instancesPerCluster = it.replicas
        sgInstanceProfile   = name
        pods                = local.pods[name]
        configurations      = { sgPostgresConfig = name }
        managedSql          = { scripts = [{ sgScript = name }] }
      }
    }
  }]
}

resource "helm_release" "objects" {
  name      = "postgres"
  namespace = var.namespace
  chart     = "${path.module}/../../charts/objects"
  values = [yamlencode({
    objects = concat(local.profiles, local.users, local.scripts, local.settings, local.plain_clusters, local.sharded_clusters)
  })]

  depends_on = [helm_release.operator]
}
