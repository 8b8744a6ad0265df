# Staging: like production, but smaller. What works here can be released.

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
  nat                = "per_zone" # as in production, to test the failure of an Availability Zone

  reserved_cidrs = ["10.0.0.0/12", "10.128.0.0/9"]

  # As in production: images, logs, and secrets bypass the NAT gateways.
  interface_endpoints = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "ssmmessages"]
}

zone "public" {
  name       = "staging.agora.example"
  query_logs = true
}

# Users reach the API through CloudFront, at www.staging.agora.example/v1/: the nearest edge location answers, and the
# firewall checks requests first. Only CloudFront uses the name below.
load_balancer "public" {
  names          = ["origin.staging.agora.example"]
  reachable_from = "cloudfront"

  # Shows an external monitor that DNS, certificates, and load balancer work, whatever the state of the services.
  rule "health" {
    priority = 10
    paths    = ["/health-check"]

    fixed_response {
      status_code  = 200
      message_body = "ok"
    }
  }

  rule "old-version" {
    priority = 20
    paths    = ["/v0/*"]

    redirect {
      host      = "www.staging.agora.example" # without it, the load balancer's own name, which users cannot reach
      path      = "/v1/"
      permanent = true
    }
  }

  rule "api" {
    priority = 100
    paths    = ["/*"]
    service  = "api"
  }
}

firewall {}

sign_in {
  self_registration = false   # testers are invited
  threat_protection = "audit" # as in production, but unusual sign-ins of tests are not blocked

  client "web" {
    callback_urls = ["https://www.staging.agora.example/signed-in"]
    logout_urls   = ["https://www.staging.agora.example/"]
  }

  client "mobile" {
    kind          = "mobile"
    callback_urls = ["agora://signed-in"]
  }
}

site "www" {
  names       = ["www.staging.agora.example"]
  price_class = "all" # as in production

  api {
    load_balancer = "public"
    paths         = ["/v0/*", "/v1/*", "/health-check"]
  }

  media "content" { bucket = "content" }

  published_by { gitlab = "community/agora-web" }
}

database "main" {
  engine             = "aurora-mysql"
  engine_version     = "8.0.mysql_aurora.3.10.6"
  database_name      = "agora"
  backup             = "daily"
  instance_class     = "db.r7g.large"
  instances          = 2 # as in production, to test a failover
  availability_zones = ["a", "c"]

  replica_scaling {
    min_capacity = 1
    max_capacity = 2

    target_tracking "cpu" {
      metric       = "cpu"
      target_value = 55
    }
  }
}

cache "sessions" {
  node_type = "cache.t4g.small"
  replicas  = 1 # as in production, to test a failover
}

bucket "content" {
  infrequent_access_after_days = 90
  backup                       = "daily"

  cors {
    allowed_origins = ["https://www.staging.agora.example"]
    allowed_methods = ["GET", "HEAD", "PUT"]
  }
}

secret "slack-webhook" {
  description = "Where alarms are posted"
}

secret "apns-key" {
  description = "Signs notifications to Apple's devices: AuthKey_ABCDE12345.p8"
}

secret "fcm-account" {
  description = "The service account that sends to Android devices, in JSON"
}

function "thumbnail" {
  description = "Makes the small pictures of what users upload"
  memory_size = 1024 # an image of 50 million pixels takes about 600 MB while it is rotated and resized
  timeout     = 60
  environment = {
    SIZES = "320x320,1280x1280"
  }

  buckets = { content = ["read uploads/", "write thumbnails/"] }

  on_object "uploads" {
    bucket = "content"
    events = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
    prefix = "uploads/"
  }
}

function "slack-alarm" {
  description = "Posts alarms"
  timeout     = 60 # Slack may ask to retry later
  secrets     = ["slack-webhook"]
}

alarms {
  functions = ["slack-alarm"]
}

push "mobile" {
  apns {
    secret    = "apns-key"
    key_id    = "ABCDE12345"
    team_id   = "TEAM123456"
    bundle_id = "example.agora.app"
  }
  fcm {
    secret = "fcm-account"
  }
}

backup {
  daily_retention_days = 14
}

# The images that production runs: built once, in production's account.
registry {
  account_id = "333333333333"
}

ecs "main" {
  fargate {
    spot_percent = 50 # as in production, to test a Spot interruption
    base         = 1
  }
}

service "api" {
  image  = "api:1.4.2"
  port   = 8080
  cpu    = 512
  memory = 1024

  owned_by = "pipeline" # as in production: the pipeline deploys, Terraform ignores its revisions

  deployed_by {
    gitlab = "community/agora-api"
  }

  environment = {
    LOG_LEVEL = "info"
  }
  secrets = {
    SLACK_WEBHOOK_URL = "slack-webhook"
  }

  databases = { main = "read_write" }
  caches    = ["sessions"]
  buckets   = { content = "read_write" }
  pushes    = ["mobile"]

  health_check {
    command = ["wget", "-qO-", "http://localhost:8080/healthz"]
  }

  target_group {
    health_check {
      path = "/healthz"
    }
  }

  scaling {
    min_capacity = 2
    max_capacity = 4
    time_zone    = "Asia/Seoul"

    target_tracking "cpu" {
      metric       = "cpu"
      target_value = 55 # leaves capacity for the failure of an Availability Zone
    }

    target_tracking "requests" {
      metric       = "requests_per_target"
      target_value = 1000
    }
  }
}

# Runs the newest image of the service, with the service's roles: also after the pipeline deploys a new version.
scheduled_task "report" {
  service             = "api"
  schedule_expression = "cron(0 5 * * ? *)"
  time_zone           = "Asia/Seoul"
  command             = ["python", "-m", "agora.report", "--day", "yesterday"]
}

pipeline {
  gitlab {
    project = "community/groundwork" # its jobs plan and apply; docs/release-policy.md names the branches and tags
  }
}

dashboard {}

# What production should survive is tried here first; `python -m ops experiment run one-task-lost --env staging`.
experiment "one-task-lost" {
  hypothesis = "If one of the tasks of api stops, less than 5 percent of the requests of any minute fail, and ECS has started another task within 10 minutes."

  stop_tasks {
    service = "api"
    count   = 1
  }

  steady_state {
    load_balancer "public" {
      error_percent = 5
      p99_seconds   = 2
    }
  }
}

experiment "writer-lost" {
  hypothesis = "If the writer of the database fails over, requests fail for less than a minute, and api connects to the new writer by itself."

  fail_over {
    database = "main"
  }

  steady_state {
    load_balancer "public" {
      error_percent = 50 # connections to the former writer are lost
    }
  }
}

experiment "zone-lost" {
  hypothesis       = "If the zone a is cut off, tasks and the database in the other zone answer, and fewer than 20 percent of the requests of any minute fail."
  duration_minutes = 10
  recovery_minutes = 30

  cut_off_zone {
    availability_zone = "a"
  }

  steady_state {
    load_balancer "public" {
      error_percent = 50 # until the load balancer's health checks notice
    }
  }
}
