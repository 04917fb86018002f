output "urls" {
  value = { for name, it in var.databases :
    name => "postgres://voxelheim:${it.password}@${name}.${var.namespace}:5432/${name}"
  }
  sensitive = true
}
