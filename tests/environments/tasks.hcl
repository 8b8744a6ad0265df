# What the services in envs/ do not use: services that call each other, a job with its own image, a service before its
# first image, environment files, parameters, queues, topics, and streams, a read-only root file system, no NAT
# gateway.

product    = "mobile"
account_id = "555555555555"
region     = "us-east-1"
tier       = "staging"

network {
  cidr               = "10.40.72.0/21"
  availability_zones = ["a", "b"]
  nat                = "none"

  interface_endpoints = ["ecr.api", "ecr.dkr", "kinesis-streams", "logs", "secretsmanager", "sns", "sqs", "ssm", "ssmmessages", "xray"]

  subnet_sizes {
    app = "/24"
  }
}

bucket "settings" {
  encryption  = "s3"
  versioning  = false
  access_logs = false
}

secret "partner-login" {}

queue "orders" {}

topic "news" {}

stream "clicks" {}

registry {
  account_id = "333333333333"
}

ecs "main" {}

service "web" {
  image   = "web:2.0.1"
  cpu     = 512
  memory  = 2048
  port    = 3000
  reaches = ["search"]
  user    = "1000:1000"

  read_only_root        = true
  writable_paths        = ["/tmp", "/var/cache"]
  ephemeral_storage_gib = 30
  stop_timeout_seconds  = 120

  secrets = {
    PARTNER_USER     = "partner-login:user"
    PARTNER_PASSWORD = "partner-login:password"
  }
  parameters = {
    FEATURES = "web/features"
    REGION   = "/company/region"
  }
  environment_files = ["settings:env/web.env"]
  buckets           = { settings = "read public/" }
  queues            = ["orders"]
  streams           = ["clicks"]

  ulimit "nofile" {
    soft = 4096
    hard = 8192
  }

  egress "https" {
    cidr = "10.40.72.0/21"
    port = 443
  }

  scaling {
    min_capacity = 1
    max_capacity = 4

    step_scaling "out" {
      metric    = "memory"
      direction = "out"
      threshold = 70

      step {
        metric_interval_lower_bound = 0
        scaling_adjustment          = 1
      }
    }

    step_scaling "in" {
      metric    = "memory"
      direction = "in"
      threshold = 30

      step {
        metric_interval_upper_bound = 0
        scaling_adjustment          = -1
      }
    }

    # An announced launch.
    window "launch" {
      start        = "2030-01-01T18:00"
      end          = "2030-01-01T22:00"
      min_capacity = 3
    }
  }
}

service "search" {
  image    = "search:1.0.0"
  port     = 9200
  reaches  = ["web"] # each may call the other
  owned_by = "pipeline"

  desired_count = 2

  deployment {
    minimum_healthy_percent       = 50
    maximum_percent               = 100
    availability_zone_rebalancing = false
  }
}

# Its repository is still empty.
service "ingest" {}

scheduled_task "clean-up" {
  image               = "web:2.0.1"
  schedule_expression = "rate(1 day)"
  entry_point         = ["/bin/sh", "-c"]
  command             = ["find /data -mtime +7 -delete"]
  reaches             = ["search"]
  buckets             = { settings = "write old/" }
  topics              = ["news"]
  dead_letters        = false

  flexible_minutes = 30

  retry {
    maximum_attempts = 0
  }
}

# Containers beside the main one: a proxy that all others need, a migration, and a reloader that may fail.
service "ledger" {
  image      = "ledger:3.1.0"
  cpu        = 512
  memory     = 1024
  port       = 8080
  user       = "1000:1000"
  owned_by   = "pipeline"
  buckets    = { settings = "read ledger/" }
  depends_on = { proxy = "HEALTHY" }

  environment       = { LOG_LEVEL = "info", REGION = "us" }
  secrets           = { PARTNER_LOGIN = "partner-login" }
  environment_files = ["settings:env/ledger.env"]

  # Run once by each release, and not in each task as `init` containers are.
  migration {
    command         = ["bin/migrate-ledger"]
    timeout_seconds = 1800
  }

  sidecar "proxy" {
    image  = "envoy:1.31.2"
    cpu    = 64
    memory = 128

    read_only_root        = true
    writable_paths        = ["/tmp"]
    start_timeout_seconds = 60
    environment           = { UPSTREAM = "127.0.0.1:8080" }
    secrets               = { CERTIFICATE = "partner-login:certificate" }

    health_check {
      command = ["wget", "-qO-", "http://127.0.0.1:9901/ready"]
    }
  }

  sidecar "reload" {
    image      = "reload:0.4.0"
    essential  = false
    restart    = true
    depends_on = { ledger = "START" }
  }

  # The network has no way to the ECR Public Gallery, so the image is a copy.
  traces {
    image            = "aws-otel-collector:0.49.0"
    sampling_percent = 12.5
  }

  init "migrate" {
    command    = ["bin/migrate"]
    depends_on = { proxy = "HEALTHY" }
    parameters = { REGION = "ledger/region" }
  }
}

dashboard {}

# The network has no way to the ECR Public Gallery, so the image is a copy.
developers {
  services = ["web"]
  image    = "developers:1.0.0"
}
