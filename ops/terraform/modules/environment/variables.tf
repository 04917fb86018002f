variable "environment" {
  type        = string
  description = "dev, test, ptu or live"
}

variable "zone" {
  type        = string
  description = "The DNS zone that the host is in"
}

variable "host" {
  type        = string
  description = "As the overlay's values.yaml has it"
}

variable "cidr" {
  type        = string
  description = "See modules/cluster"
}

variable "administrators_cidrs" {
  type        = list(string)
  description = "See modules/cluster"
}

variable "certificates_email" {
  type        = string
  description = "See modules/platform"
}

variable "edges" {
  type        = list(number)
  description = "As the overlay's edge/kustomization.yaml has them"
}

variable "shards" {
  type = object({
    instance_type = string
    count         = number
  })
  description = "See modules/cluster"
}

variable "general" {
  type = object({
    instance_type = string
    count_min     = number
    count_max     = number
  })
  description = "See modules/cluster"
}

variable "is_lasting" {
  type        = bool
  description = "Whether its stores are worth replicas: ptu and live"
}

variable "mail" {
  type        = string
  description = "See modules/secrets"
  sensitive   = true
}
