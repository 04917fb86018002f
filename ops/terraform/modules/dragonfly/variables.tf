variable "namespace" {
  type        = string
  description = "Labelled as stores, so that NetworkPolicies let pods there"
}

variable "password" {
  type        = string
  description = "Of the user voxelheim"
  sensitive   = true
}

variable "replicas" {
  type        = number
  description = "How many there are"
}

variable "memory" {
  type        = string
  description = "Of each; it refuses to write beyond that"
}
