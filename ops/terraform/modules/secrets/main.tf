# What External Secrets brings to the environment's pods, and the role that may read just that.

resource "random_bytes" "this" {
  for_each = toset(["tokens", "master", "analytics"])

  length = 32
}

locals {
  secrets = {
    stores = var.stores
    keys = {
      tokens    = random_bytes.this["tokens"].base64
      master    = random_bytes.this["master"].hex
      analytics = random_bytes.this["analytics"].hex
      mail      = var.mail
    }
  }
}

resource "aws_secretsmanager_secret" "this" {
  for_each = toset(["stores", "keys"])

  name                    = "voxelheim/${var.environment}/${each.key}"
  kms_key_id              = var.key_arn
  recovery_window_in_days = 30
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each = aws_secretsmanager_secret.this

  secret_id     = each.value.id
  secret_string = jsonencode(local.secrets[each.key])
}

# Where copies go, with keys that Terraform does not know: put in by hand (docs/operators.md). Nothing waits for that
# (ops/k8s/base/foundation/secrets.yaml).
resource "aws_secretsmanager_secret" "backup" {
  name                    = "voxelheim/${var.environment}/backup"
  kms_key_id              = var.key_arn
  recovery_window_in_days = 30
}

data "aws_iam_policy_document" "assumed" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [var.oidc.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "${var.oidc.issuer}:sub"
      values   = ["system:serviceaccount:voxelheim-${var.environment}:secrets"]
    }
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
    resources = concat([for it in aws_secretsmanager_secret.this : it.arn], [aws_secretsmanager_secret.backup.arn])
  }
  statement {
    actions   = ["kms:Decrypt"]
    resources = [var.key_arn]
  }
}

resource "aws_iam_role" "this" {
  name               = "voxelheim-${var.environment}-secrets"
  assume_role_policy = data.aws_iam_policy_document.assumed.json
}

resource "aws_iam_role_policy" "this" {
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.read.json
}
