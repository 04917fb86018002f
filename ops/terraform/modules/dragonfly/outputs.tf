output "url" {
  value     = "redis://:${var.password}@dragonfly.${var.namespace}:6379"
  sensitive = true
}
