# The minimum: a VPC with public subnets and no NAT gateway. Shares its account with `no-network`.

product    = "mobile"
account_id = "555555555555"
region     = "us-east-1"
tier       = "development"

network {
  cidr               = "10.40.0.0/21"
  availability_zones = ["f", "c"]
  nat                = "none"

  subnet_sizes {
    public   = "/27"
    app      = "/24"
    data     = "/28"
    endpoint = "/28"
  }
}
