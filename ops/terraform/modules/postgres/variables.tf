variable "databases" {
  type = map(object({
    workers     = number
    storage_gib = number
    cpu         = string
    memory      = string
    replicas    = number
    password    = string
  }))
  description = "Clusters by the name of their database: with workers it is sharded by Citus, with 0 it is plain"
}

variable "namespace" {
  type        = string
  description = "Labelled as stores, so that NetworkPolicies let pods there"
}
