# A mobile backend: no internet gateway, the corporate network by Direct Connect, three zones, two clusters.
# Plain RDS, for a company whose database team supports RDS but not Aurora.

product    = "mobile"
account_id = "444444444444"
region     = "ap-northeast-2"
tier       = "production"

network {
  cidr               = "10.40.32.0/19"
  availability_zones = ["a", "b", "c"]
  internet           = false
  clusters           = 2

  interface_endpoints = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs", "secretsmanager", "sts"]

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

database "main" {
  engine                      = "postgres"
  engine_version              = "16.15"
  instance_class              = "db.m7g.large"
  instances                   = 2 # the first with a standby in another zone, and a read replica
  manage_master_user_password = false
  database_name               = "mobile"
  corporate                   = true # developers connect to it from the office
  slow_query_seconds          = 0.5

  storage {
    allocated_storage     = 100
    max_allocated_storage = 400
  }

  static_parameters = {
    max_connections = "500"
  }

  proxy {
    max_connections_percent = 80
  }
}

# MySQL with a read replica: RDS cannot manage its password.
database "legacy" {
  engine                      = "mysql"
  engine_version              = "8.4.11"
  instance_class              = "db.m7g.large"
  instances                   = 2
  manage_master_user_password = false
  database_name               = "legacy"
  login                       = "password" # its programs cannot sign tokens
  password_rotation_days      = 60

  storage {
    allocated_storage = 20
  }
}

# A nightly job as a function that logs in to the database's proxy, and creates tables as a second user.
function "export" {
  code      = "maintenance"
  in_vpc    = true
  databases = { main = ["read_write", "migrate"] }
}

# A function that forwards alarms to something else than Slack.
function "forward" {
  code = "maintenance"
}

# Plain RDS, with replicas.
alarms {
  functions = ["forward"]
  emails    = ["on-call@agora.example", "infra+alarms@agora.example"]

  database "legacy" {
    free_storage_percent = 15
    off = {
      replica_lag_seconds = "Only the report of yesterday reads the replica"
    }
  }
}

pipeline {
  gitlab {
    project = "community/groundwork"
  }
}

dashboard {}

grafana {
  authentication_providers = ["AWS_SSO"]
  admin_groups             = ["906764a1c2-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"]
  viewer_groups            = ["906764a1c2-1b2c3d4e-5f60-7182-93a4-b5c6d7e8f90a"]
}

# Production: it also needs an unlock record for each run.
experiment "standby-promoted" {
  hypothesis = "Connections are back within two minutes after the primary of legacy fails over to its standby."
  production = true

  fail_over {
    database = "legacy"
  }

  steady_state {
    database "main" {
      cpu_percent         = 95
      connections_percent = 95
    }
  }
}

# It only reads, with a password of its own that Secrets Manager rotates.
function "figures" {
  code      = "maintenance"
  in_vpc    = true
  databases = { legacy = "read_only" }
}

ecs "main" {
  fargate {}
}

repository "jobs" {}

# A task that changes tables as one user, and data as another.
scheduled_task "tidy" {
  image               = "jobs:1.0.0"
  command             = ["tidy"]
  schedule_expression = "cron(0 5 * * ? *)"
  databases           = { legacy = ["read_write", "migrate"] }
}
