# One address for players: TCP to Traefik on the general nodes, UDP to each edge's port there (ops/traefik/README.md).

locals {
  tcp_ports = { http = 80, https = 443 }
  udp_ports = { for edge in var.edges : "edge-${edge}" => tonumber("31${edge}") }
}

resource "aws_security_group" "players" {
  name        = "${var.name}-players"
  description = "What players reach"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "tcp" {
  for_each = local.tcp_ports

  description       = "Pages and WebSockets"
  security_group_id = aws_security_group.players.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_ingress_rule" "udp" {
  description       = "QUIC, a port for each edge"
  security_group_id = aws_security_group.players.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "udp"
  from_port         = 31101
  to_port           = 31199
}

resource "aws_vpc_security_group_egress_rule" "nodes" {
  description                  = "To the nodes alone"
  security_group_id            = aws_security_group.players.id
  referenced_security_group_id = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
  ip_protocol                  = "-1"
}

resource "aws_vpc_security_group_ingress_rule" "nodes" {
  for_each = {
    tcp = { from = 80, to = 443 }
    udp = { from = 31101, to = 31199 }
  }

  description                  = "From the balancer"
  security_group_id            = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
  referenced_security_group_id = aws_security_group.players.id
  ip_protocol                  = each.key
  from_port                    = each.value.from
  to_port                      = each.value.to
}

resource "aws_lb" "players" {
  name                             = "${var.name}-players"
  load_balancer_type               = "network"
  subnets                          = aws_subnet.public[*].id
  security_groups                  = [aws_security_group.players.id]
  enable_cross_zone_load_balancing = true
  enable_deletion_protection       = true
}

resource "aws_lb_target_group" "players" {
  for_each = merge(local.tcp_ports, local.udp_ports)

  name     = "${var.name}-${each.key}"
  vpc_id   = aws_vpc.this.id
  port     = each.value
  protocol = contains(keys(local.udp_ports), each.key) ? "UDP" : "TCP"
  # Nodes see players' addresses; edges see nodes' (externalTrafficPolicy: Cluster).
  preserve_client_ip = true

  # Traefik stands on the same nodes; UDP cannot be asked.
  health_check {
    protocol = "TCP"
    port     = 443
  }
}

resource "aws_lb_listener" "players" {
  for_each = aws_lb_target_group.players

  load_balancer_arn = aws_lb.players.arn
  port              = each.value.port
  protocol          = each.value.protocol

  default_action {
    type             = "forward"
    target_group_arn = each.value.arn
  }
}

resource "aws_autoscaling_attachment" "players" {
  for_each = aws_lb_target_group.players

  autoscaling_group_name = aws_eks_node_group.general.resources[0].autoscaling_groups[0].name
  lb_target_group_arn    = each.value.arn
}
