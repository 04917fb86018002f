variable "retention_days" {
  type        = number
  description = "For how long Prometheus keeps figures"
}

variable "storage_gib" {
  type        = number
  description = "Of Prometheus"
}
