# Batch jobs on EC2 instances: a cluster with only EC2, pinned and replaced at once, and one that also has Fargate.

product    = "mobile"
account_id = "777777777777"
region     = "ap-northeast-2"
tier       = "staging"

network {
  cidr                = "10.40.80.0/21"
  availability_zones  = ["a", "c"]
  nat                 = "none"
  interface_endpoints = ["ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs"]

  subnet_sizes {
    app = "/24"
  }

  flow_logs {
    log_destination_type = "cloud-watch-logs"
  }
}

ecs "night" {
  ec2 {
    instance_type    = "m7g.large"
    min_size         = 1
    max_size         = 4
    target_capacity  = 80
    instance_refresh = true
  }
}

ecs "legacy" {
  fargate {}

  ec2 {
    instance_type      = "c7i-flex.large" # for an image that can no longer be built for arm64
    max_size           = 2
    availability_zones = ["c"]
    volume_size        = 60
    ami_id             = "ami-0123456789abcdef0"
  }
}

repository "night" {
  keep_images          = 20
  replicate_to_regions = ["ap-northeast-1"]
}

service "convert" {
  cluster       = "night"
  image         = "night:1.4.2"
  cpu           = 512
  memory        = 900 # MiB; not a size that Fargate has
  desired_count = 2
}
