output "name" {
  value = aws_eks_cluster.this.name
}

output "endpoint" {
  value = aws_eks_cluster.this.endpoint
}

output "authority" {
  value       = base64decode(aws_eks_cluster.this.certificate_authority[0].data)
  description = "The certificate by which the API is known"
}

output "key_arn" {
  value = aws_kms_key.this.arn
}

output "oidc" {
  value = {
    arn    = aws_iam_openid_connect_provider.this.arn
    issuer = replace(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://", "")
  }
}

output "balancer" {
  value = { name = aws_lb.players.dns_name, zone_id = aws_lb.players.zone_id }
}
