output "certificates" {
  value = {
    zone_id  = data.aws_route53_zone.this.zone_id
    region   = data.aws_region.this.region
    role_arn = aws_iam_role.this.arn
  }
  description = "What cert-manager needs"
}
