output "role_arn" {
  value       = aws_iam_role.this.arn
  description = "For the overlay's secret_store.yaml"
}
