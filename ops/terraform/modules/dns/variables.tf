variable "name" {
  type        = string
  description = "Of the cluster, for the role's name"
}

variable "zone" {
  type        = string
  description = "The zone that the host is in"
}

variable "host" {
  type        = string
  description = "The page's name; edges are below it"
}

variable "balancer" {
  type = object({
    name    = string
    zone_id = string
  })
  description = "What the name stands for"
}

variable "oidc" {
  type = object({
    arn    = string
    issuer = string
  })
  description = "By which cert-manager's account takes its role"
}
