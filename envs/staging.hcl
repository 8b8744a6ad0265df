# Like production, but smaller: what passes here may be released.

product    = "agora"
account_id = "222222222222"
region     = "ap-northeast-2"
tier       = "staging"

tags = {
  owner = "community-team"
}

network {
  cidr               = "10.20.16.0/20"
  availability_zones = ["a", "c"]
  nat                = "per_zone" # as in production, so that a zone's failure can be rehearsed

  reserved_cidrs = ["10.0.0.0/12", "10.128.0.0/9"]

  # As in production: images, logs and secrets do not pass the NAT gateways.
  interface_endpoints = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "ssmmessages"]
}
