# Dumps and checkpoints. What was put there stays for a while whatever happens to it: versions, and no public way in.

resource "aws_s3_bucket" "this" {
  bucket = var.name
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "dumps"
    status = "Enabled"
    filter {
      prefix = ""
    }
    expiration {
      days = var.dumps_days
    }
    noncurrent_version_expiration {
      noncurrent_days = 14
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 2
    }
  }
}

# By TLS or not at all.
resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.this.json
}

data "aws_iam_policy_document" "this" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

# Who makes copies may put and read them; who prunes may delete, too, and is another; staff's service only looks whether
# the store is well. Their keys are made by hand, so that no state holds them (docs/operators.md).
locals {
  users = {
    backup  = ["s3:GetObject", "s3:PutObject"]
    pruning = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    reading = ["s3:GetObject"]
  }
}

resource "aws_iam_user" "this" {
  for_each = local.users

  name = "${var.name}-${each.key}"
}

resource "aws_iam_group" "this" {
  for_each = local.users

  name = "${var.name}-${each.key}"
}

resource "aws_iam_user_group_membership" "this" {
  for_each = local.users

  user   = aws_iam_user.this[each.key].name
  groups = [aws_iam_group.this[each.key].name]
}

resource "aws_iam_group_policy" "this" {
  for_each = local.users

  name   = "copies"
  group  = aws_iam_group.this[each.key].name
  policy = data.aws_iam_policy_document.user[each.key].json
}

data "aws_iam_policy_document" "user" {
  for_each = local.users

  statement {
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.this.arn]
  }
  statement {
    actions   = each.value
    resources = ["${aws_s3_bucket.this.arn}/*"]
  }
  # The bucket seals with the environment's key.
  statement {
    actions   = ["kms:GenerateDataKey", "kms:Decrypt"]
    resources = [var.key_arn]
    condition {
      test     = "StringLike"
      variable = "kms:ViaService"
      values   = ["s3.*.amazonaws.com"]
    }
  }
}
