output "url" {
  value     = "amqp://voxelheim:${var.password}@rabbitmq.${var.namespace}:5672/%2f"
  sensitive = true
}
