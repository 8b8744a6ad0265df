# What users reach: two zones, each able to carry on without the other.

product    = "agora"
account_id = "333333333333"
region     = "ap-northeast-2"
tier       = "production"

tags = {
  owner = "community-team"
}

network {
  cidr               = "10.20.32.0/19"
  availability_zones = ["a", "c"]
  nat                = "per_zone"
  clusters           = 2 # a new cluster is set up beside the old one and traffic moved

  reserved_cidrs = ["10.0.0.0/12", "10.128.0.0/9"]

  # Images, logs and secrets do not pass the NAT gateways: cheaper at this volume, and one dependency fewer.
  interface_endpoints = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "ssmmessages"]
}
