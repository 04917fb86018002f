# The page's name and its edges' names, and the right of cert-manager to show that they are ours.

data "aws_route53_zone" "this" {
  name = var.zone
}

data "aws_region" "this" {}

resource "aws_route53_record" "this" {
  for_each = toset([var.host, "*.${var.host}"])

  zone_id = data.aws_route53_zone.this.zone_id
  name    = each.key
  type    = "A"

  alias {
    name                   = var.balancer.name
    zone_id                = var.balancer.zone_id
    evaluate_target_health = true
  }
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
      values   = ["system:serviceaccount:cert-manager:cert-manager"]
    }
  }
}

# Records of challenges alone, in this zone alone.
data "aws_iam_policy_document" "challenges" {
  statement {
    actions   = ["route53:GetChange"]
    resources = ["arn:aws:route53:::change/*"]
  }
  statement {
    actions   = ["route53:ChangeResourceRecordSets"]
    resources = [data.aws_route53_zone.this.arn]
    condition {
      test     = "ForAllValues:StringEquals"
      variable = "route53:ChangeResourceRecordSetsRecordTypes"
      values   = ["TXT"]
    }
  }
  statement {
    actions   = ["route53:ListResourceRecordSets"]
    resources = [data.aws_route53_zone.this.arn]
  }
}

resource "aws_iam_role" "this" {
  name               = "${var.name}-certificates"
  assume_role_policy = data.aws_iam_policy_document.assumed.json
}

resource "aws_iam_role_policy" "this" {
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.challenges.json
}
