# Two classes of nodes. Shards' have a static CPU manager, so that a pod that asks for whole cores has them alone, and
# the profile of system calls that lets shards use io_uring (ops/seccomp).

resource "aws_iam_role" "node" {
  name               = "${var.name}-node"
  assume_role_policy = data.aws_iam_policy_document.assumed_by["ec2.amazonaws.com"].json
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each = toset(["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"])

  role       = aws_iam_role.node.name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}

locals {
  profile = base64encode(file("${path.module}/../../../seccomp/shard.json"))

  # nodeadm always names two cgroups of what is reserved, with which the kubelet refuses reservedSystemCPUs and does not
  # start. Empty ones win: what stands here is merged over what nodeadm writes. Not tried on a node here.
  shard_setup = <<-TEXT
    MIME-Version: 1.0
    Content-Type: multipart/mixed; boundary="part"

    --part
    Content-Type: text/x-shellscript; charset="us-ascii"

    #!/bin/sh
    mkdir -p /var/lib/kubelet/seccomp/voxelheim
    echo ${local.profile} | base64 --decode >/var/lib/kubelet/seccomp/voxelheim/shard.json

    --part
    Content-Type: application/node.eks.aws

    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
    spec:
      kubelet:
        config:
          cpuManagerPolicy: static
          reservedSystemCPUs: "0"
          systemReservedCgroup: ""
          kubeReservedCgroup: ""
          topologyManagerPolicy: single-numa-node

    --part--
  TEXT
}

# A dump of the databases, or one that comes back, lies on a general node's disk twice, 64 GiB at most
# (ops/k8s/base/backup/databases.yaml), beside images and logs; and when a tenth of the disk is left, the kubelet evicts
# pods. No volume of the job's own: the default class of disks keeps those whose claims are gone, one each hour.
resource "aws_launch_template" "node" {
  for_each = {
    general = { setup = null, disk_gib = 150 }
    shard   = { setup = base64encode(local.shard_setup), disk_gib = 60 }
  }

  name_prefix            = "${var.name}-${each.key}-"
  user_data              = each.value.setup
  update_default_version = true

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size = each.value.disk_gib
      volume_type = "gp3"
      encrypted   = true
    }
  }

  # One hop: pods do not get at their node's role.
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "${var.name}-${each.key}" }
  }
}

resource "aws_eks_node_group" "general" {
  cluster_name    = aws_eks_cluster.this.name
  node_group_name = "general"
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = aws_subnet.private[*].id
  instance_types  = [var.general.instance_type]
  ami_type        = "AL2023_x86_64_STANDARD"
  labels          = { "voxelheim.io/class" = "general" }

  launch_template {
    id      = aws_launch_template.node["general"].id
    version = aws_launch_template.node["general"].latest_version
  }

  scaling_config {
    min_size     = var.general.count_min
    max_size     = var.general.count_max
    desired_size = var.general.count_min
  }

  update_config {
    max_unavailable = 1
  }

  lifecycle {
    # Whoever scales it, by hand or by an autoscaler of your own, is not undone by the next plan.
    ignore_changes = [scaling_config[0].desired_size]
  }

  depends_on = [aws_iam_role_policy_attachment.node]
}

resource "aws_eks_node_group" "shard" {
  cluster_name    = aws_eks_cluster.this.name
  node_group_name = "shard"
  node_role_arn   = aws_iam_role.node.arn
  # One zone: see network.tf.
  subnet_ids     = [aws_subnet.private[0].id]
  instance_types = [var.shards.instance_type]
  ami_type       = "AL2023_x86_64_STANDARD"
  labels         = { "voxelheim.io/class" = "shard" }

  launch_template {
    id      = aws_launch_template.node["shard"].id
    version = aws_launch_template.node["shard"].latest_version
  }

  taint {
    key    = "voxelheim.io/class"
    value  = "shard"
    effect = "NO_SCHEDULE"
  }

  scaling_config {
    min_size     = var.shards.count
    max_size     = var.shards.count + 1
    desired_size = var.shards.count
  }

  # One node at a time: its shard's regions move away first.
  update_config {
    max_unavailable = 1
  }

  depends_on = [aws_iam_role_policy_attachment.node]
}
