output "cluster" {
  value = {
    name      = module.cluster.name
    endpoint  = module.cluster.endpoint
    authority = module.cluster.authority
  }
}

output "secrets_role_arn" {
  value       = module.secrets.role_arn
  description = "For the overlay's secret_store.yaml"
}

output "bucket" {
  value       = module.objects.bucket
  description = "Where dumps go"
}

output "bucket_users" {
  value       = module.objects.users
  description = "Whose keys the secret `backup` is to hold"
}
