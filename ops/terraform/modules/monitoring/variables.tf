variable "environment" {
  type        = string
  description = "What alerts and figures say that they are of"
}

variable "namespace" {
  type        = string
  description = "Where its pods are"
}

variable "host" {
  type        = string
  description = "By which players reach it; its certificate is watched"
}

variable "retention_days" {
  type        = number
  description = "For how long Prometheus keeps figures"
}

variable "storage_gib" {
  type        = number
  description = "Of Prometheus"
}
