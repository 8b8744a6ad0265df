# Production: two Availability Zones, each of which can run without the other.

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
  clusters           = 2 # for an upgrade, a second cluster runs next to the first

  reserved_cidrs = ["10.0.0.0/12", "10.128.0.0/9"]

  # Images, logs, and secrets bypass the NAT gateways: cheaper at this volume, and one dependency fewer.
  interface_endpoints = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "ssmmessages"]
}

zone "public" {
  name       = "agora.example"
  query_logs = true

  # The other environments own their subdomains, in their own accounts. AWS assigns name servers when it creates a zone:
  # apply that environment first, and copy its output `zones` to here.
  delegation "staging" {
    name_servers = ["ns-210.awsdns-26.com", "ns-837.awsdns-40.net", "ns-1265.awsdns-30.org", "ns-1780.awsdns-30.co.uk"]
  }

  delegation "dev" {
    name_servers = ["ns-91.awsdns-11.com", "ns-654.awsdns-17.net", "ns-1142.awsdns-14.org", "ns-1999.awsdns-57.co.uk"]
  }
}

# Users reach the API through CloudFront, at www.agora.example/v1/: the nearest edge location answers, and the
# firewall checks requests first. Only CloudFront uses the name below.
load_balancer "public" {
  names          = ["origin.agora.example"]
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
      host      = "www.agora.example" # without it, the load balancer's own name, which users cannot reach
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

firewall {
  # Users of a mobile carrier share few addresses.
  rate_limit {
    limit = 5000
  }

  # Images are larger than the 8 KB that this rule allows.
  count_rules = {
    common = ["SizeRestrictions_BODY"]
  }
}

sign_in {
  email {
    sender   = "Agora <no-reply@agora.example>"
    identity = "agora.example" # without it, Cognito sends 50 emails per day, about an hour's worth in production
  }

  password {
    minimum_length = 14
  }

  client "web" {
    callback_urls = ["https://www.agora.example/signed-in"]
    logout_urls   = ["https://www.agora.example/"]
  }

  client "mobile" {
    kind          = "mobile"
    callback_urls = ["agora://signed-in"]
  }
}

site "www" {
  names       = ["www.agora.example"]
  price_class = "all" # also for users in South America and Oceania

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
  instance_class     = "db.r7g.xlarge"
  instances          = 2
  availability_zones = ["a", "c"]

  # Readers scale with the load; a second one starts before each evening's peak.
  replica_scaling {
    min_capacity = 1
    max_capacity = 5
    time_zone    = "Asia/Seoul"

    target_tracking "cpu" {
      metric       = "cpu"
      target_value = 55 # leaves capacity for the failure of a reader
    }

    schedule "evening" {
      start        = "18:30"
      end          = "23:30"
      min_capacity = 2
    }
  }
}

cache "sessions" {
  node_type = "cache.m7g.large" # sustained load: a burstable node is slow when it has no credits left
  replicas  = 1
}

bucket "content" {
  infrequent_access_after_days = 90
  backup                       = "daily"

  cors {
    allowed_origins = ["https://www.agora.example"]
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
  emails    = ["on-call@agora.example"] # if Slack, or the function, fails

  account_events = true # GuardDuty, AWS Health, and sign-ins, from accounts/production.hcl
}

# In 30 days, 0.1 percent of the requests may fail, and 1 percent may take longer than half a second.
slo "api" {
  load_balancer = "public"
  objective     = 99.9

  latency {
    p99_ms = 500
  }
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
  daily_retention_days   = 35
  monthly_retention_days = 365
  governance_lock        = true
}

repository "api" {
  pull_account_ids = ["111111111111", "222222222222"] # dev and staging run the same image first

  pushed_by {
    gitlab = "community/agora-api"
  }
}

ecs "main" {
  fargate {
    spot_percent = 50
    base         = 1 # one task that AWS does not interrupt
  }
}

service "api" {
  image  = "api:1.4.2"
  port   = 8080
  cpu    = 1024
  memory = 2048

  # The pipeline deploys new versions, without a plan. Terraform manages permissions and environment variables.
  owned_by = "pipeline"

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
    max_capacity = 12
    time_zone    = "Asia/Seoul"

    target_tracking "cpu" {
      metric       = "cpu"
      target_value = 55 # leaves capacity for the failure of an Availability Zone
    }

    target_tracking "requests" {
      metric       = "requests_per_target"
      target_value = 1000
    }

    schedule "evening" {
      start        = "18:30"
      end          = "23:30"
      min_capacity = 4
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
