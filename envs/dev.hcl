# Where developers try things: small, cheap, in an account of its own.

product    = "agora"
account_id = "111111111111"
region     = "ap-northeast-2"
tier       = "development"

tags = {
  owner = "community-team"
}

network {
  cidr               = "10.20.0.0/21"
  availability_zones = ["a", "c"]
  nat                = "single" # one zone's failure may stop dev; a second gateway doubles the cost

  # Other teams' and regions' ranges, and the corporate network: never ours.
  reserved_cidrs = ["10.0.0.0/12", "10.128.0.0/9"]

  subnet_sizes {
    app = "/24" # 251 addresses a zone: two services and their tasks
  }
}
