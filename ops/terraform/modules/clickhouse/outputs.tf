output "url" {
  value     = "http://voxelheim:${var.password}@clickhouse-clickhouse.${var.namespace}:8123/voxelheim?replicated"
  sensitive = true
}
