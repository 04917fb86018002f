# dev: what it is. Everything else is modules/environment.
#   terraform init && terraform plan -out plan && terraform apply plan

terraform {
  required_version = ">= 1.11"
  backend "s3" {
    bucket       = "voxelheim-terraform"
    key          = "dev"
    region       = "eu-central-1"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = { project = "voxelheim", environment = "dev" }
  }
}

# The cluster's API, as whoever applies this; nothing of it lies in the state.
provider "helm" {
  kubernetes = {
    host                   = module.environment.cluster.endpoint
    cluster_ca_certificate = module.environment.cluster.authority
    exec = {
      api_version = "client.authentication.k8s.io/v1"
      command     = "aws"
      args        = ["eks", "get-token", "--cluster-name", module.environment.cluster.name]
    }
  }
}

variable "administrators_cidrs" {
  type        = list(string)
  description = "From where the cluster's API may be reached; nowhere but from within unless said"
  default     = []
}

variable "mail" {
  type        = string
  description = "Where auth sends mail, see modules/secrets; as files, by which nobody can sign up, unless said"
  default     = "/mail"
  sensitive   = true
}

module "environment" {
  source = "../../modules/environment"

  environment          = "dev"
  zone                 = "voxelheim.example"
  host                 = "dev.voxelheim.example"
  cidr                 = "10.40.0.0/16"
  administrators_cidrs = var.administrators_cidrs
  mail                 = var.mail
  certificates_email   = "operators@voxelheim.example"
  edges                = [101]
  shards               = { instance_type = "c7i.xlarge", count = 0 }
  general              = { instance_type = "m7i.xlarge", count_min = 2, count_max = 4 }
  is_lasting           = false
}

output "secrets_role_arn" {
  value = module.environment.secrets_role_arn
}

output "bucket" {
  value = module.environment.bucket
}

output "bucket_users" {
  value = module.environment.bucket_users
}
