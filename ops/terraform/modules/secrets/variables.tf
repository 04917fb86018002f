variable "environment" {
  type        = string
  description = "Whose secrets they are; their names begin with it"
}

variable "key_arn" {
  type        = string
  description = "The key that seals them"
}

variable "oidc" {
  type = object({
    arn    = string
    issuer = string
  })
  description = "By which the environment's account takes the role that reads them"
}

variable "stores" {
  type        = map(string)
  description = "URLs of stores, by the keys of ops/k8s/base/foundation/secrets.yaml"
  sensitive   = true
}

variable "mail" {
  type        = string
  description = "Where auth sends mail: smtps://USER:PASSWORD@HOST:465?from=ADDRESS, or /mail for files that go with the pod"
  sensitive   = true
}
