# What manifests take for granted in a cluster: certificates, secrets, Traefik, Argo CD.

locals {
  charts = {
    cert-manager = {
      repository = "https://charts.jetstack.io"
      version    = "v1.18.2"
      values = {
        crds           = { enabled = true }
        serviceAccount = { annotations = { "eks.amazonaws.com/role-arn" = var.dns.role_arn } }
        # Its files belong to its group, so it may read the token of its role.
        securityContext = { fsGroup = 1001 }
      }
    }
    cert-manager-csi-driver = {
      repository = "https://charts.jetstack.io"
      version    = "v0.10.4"
      values     = { tolerations = [{ key = "voxelheim.io/class", operator = "Exists", effect = "NoSchedule" }] }
    }
    external-secrets = {
      repository = "https://charts.external-secrets.io"
      version    = "0.18.2"
      values     = {}
    }
    argo-cd = {
      repository = "https://argoproj.github.io/argo-helm"
      version    = "8.3.0"
      values     = { configs = { params = { "applicationsetcontroller.enable.progressive.syncs" = true } } }
    }
  }
  namespaces = {
    cert-manager            = "cert-manager"
    cert-manager-csi-driver = "cert-manager"
    external-secrets        = "external-secrets"
    argo-cd                 = "argocd"
  }
}

resource "helm_release" "this" {
  for_each = local.charts

  name             = each.key
  namespace        = local.namespaces[each.key]
  create_namespace = true
  repository       = each.value.repository
  chart            = each.key
  version          = each.value.version
  values           = [yamlencode(each.value.values)]
  atomic           = true
  timeout          = 600
}

resource "helm_release" "traefik" {
  name             = "traefik"
  namespace        = "traefik"
  create_namespace = true
  repository       = "https://traefik.github.io/charts"
  chart            = "traefik"
  version          = "37.1.1"
  values           = [file("${path.module}/../../../traefik/traefik.yaml")]
  atomic           = true
  timeout          = 600
}

# Who vouches for the page, and the class of disks that shards ask for.
resource "helm_release" "objects" {
  name      = "voxelheim-platform"
  namespace = "cert-manager"
  chart     = "${path.module}/../../charts/objects"
  values = [yamlencode({ objects = [
    {
      apiVersion = "cert-manager.io/v1"
      kind       = "ClusterIssuer"
      metadata   = { name = "public" }
      spec = { acme = {
        server              = "https://acme-v02.api.letsencrypt.org/directory"
        email               = var.certificates_email
        privateKeySecretRef = { name = "public-account" }
        solvers             = [{ dns01 = { route53 = { region = var.dns.region, hostedZoneID = var.dns.zone_id } } }]
      } }
    },
    {
      apiVersion           = "storage.k8s.io/v1"
      kind                 = "StorageClass"
      metadata             = { name = "fast" }
      provisioner          = "ebs.csi.aws.com"
      parameters           = { type = "gp3", iops = "6000", throughput = "250", encrypted = "true" }
      volumeBindingMode    = "WaitForFirstConsumer"
      allowVolumeExpansion = true
      reclaimPolicy        = "Retain"
    },
  ] })]

  depends_on = [helm_release.this]
}
