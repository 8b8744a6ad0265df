# A mobile backend: no internet gateway, the corporate network by Direct Connect, three zones, two clusters.

product    = "mobile"
account_id = "444444444444"
region     = "ap-northeast-2"
tier       = "production"

network {
  cidr               = "10.40.32.0/19"
  availability_zones = ["a", "b", "c"]
  internet           = false
  clusters           = 2

  interface_endpoints = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs", "sts"]

  flow_logs {
    log_destination_type = "cloud-watch-logs"
    traffic_type         = "REJECT"
  }

  direct_connect {
    corporate_cidrs  = ["10.128.0.0/9", "192.168.0.0/16"]
    amazon_side_asn  = 64600
    allowed_prefixes = ["10.40.32.0/19"]
  }
}
