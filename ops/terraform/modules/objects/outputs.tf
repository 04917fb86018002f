output "bucket" {
  value = aws_s3_bucket.this.bucket
}

output "users" {
  value       = [for it in aws_iam_user.this : it.name]
  description = "Who makes copies, who prunes, and who looks"
}
