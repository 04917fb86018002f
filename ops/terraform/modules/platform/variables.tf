variable "certificates_email" {
  type        = string
  description = "Whom the public authority writes to"
}

variable "dns" {
  type = object({
    zone_id  = string
    region   = string
    role_arn = string
  })
  description = "The zone in which cert-manager shows that the page's name is ours, and the role by which it may"
}
