variable "name" {
  type        = string
  description = "Of the cluster and of all that belongs to it"
}

variable "kubernetes_version" {
  type        = string
  description = "Minor version; ops/validation/tools.sh names the one that manifests are checked against"
}

variable "cidr" {
  type        = string
  description = "Of the network: a /16"
}

variable "administrators_cidrs" {
  type        = list(string)
  description = "From where the cluster's API may be reached"
}

variable "shards" {
  type = object({
    instance_type = string
    count         = number
  })
  description = "Nodes that simulate, a shard's pod each: few fast cores"
}

variable "general" {
  type = object({
    instance_type = string
    count_min     = number
    count_max     = number
  })
  description = "Nodes for all else: edges, services, stores"
}

variable "edges" {
  type        = list(number)
  description = "Numbers of the edges (ops/k8s/edges), each of which has a UDP port on the balancer"
}
