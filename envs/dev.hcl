# Development: small and cheap, in its own account.

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
  nat                = "single" # the failure of one Availability Zone may stop dev; a second gateway doubles the cost

  # Ranges of other teams, other regions, and the corporate network.
  reserved_cidrs = ["10.0.0.0/12", "10.128.0.0/9"]

  subnet_sizes {
    app = "/24" # 251 addresses per zone: two services and their tasks
  }
}

zone "public" {
  name = "dev.agora.example"
}

load_balancer "public" {
  names = ["api.dev.agora.example"]

  # Shows an external monitor that DNS, certificate, and load balancer work, whatever the state of the services.
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
  count = ["common"] # developers send unusual requests; the logs show what would be blocked
}

sign_in {
  client "web" {
    callback_urls = ["https://www.dev.agora.example/signed-in", "http://localhost:3000/signed-in"]
    logout_urls   = ["https://www.dev.agora.example/"]
  }

  client "mobile" {
    kind          = "mobile"
    callback_urls = ["agora://signed-in"]
  }
}

site "www" {
  names = ["www.dev.agora.example"]

  content_security_policy = "default-src 'self'; connect-src 'self' https://api.dev.agora.example; object-src 'none'; base-uri 'self'; frame-ancestors 'none'"

  media "content" { bucket = "content" }

  published_by { gitlab = "community/agora-web" }
}

database "main" {
  engine         = "aurora-mysql"
  engine_version = "8.0.mysql_aurora.3.10.6"
  database_name  = "agora"

  # One instance: dev can wait while it is replaced. 0.5 ACU is the lowest minimum that does not pause.
  serverless_v2_scaling {
    min_capacity = 0.5
    max_capacity = 4
  }
}

cache "sessions" {
  node_type = "cache.t4g.micro" # one node: if it fails, users of dev sign in again
}

bucket "content" {
  cors {
    allowed_origins = ["http://localhost:3000"]
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
  environment = {
    SEVERITIES = "critical" # others are not urgent in dev
  }
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

# The images that production runs: built once, in production's account.
registry {
  account_id = "333333333333"
}

ecs "main" {
  fargate {
    spot_percent = 100 # dev can wait when AWS reclaims Spot capacity
  }
}

service "api" {
  image  = "api:1.4.2"
  port   = 8080
  cpu    = 256
  memory = 512

  owned_by = "pipeline" # each push to the application's default branch is deployed

  deployed_by {
    gitlab = "community/agora-api"
  }

  environment = {
    LOG_LEVEL = "debug"
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
    min_capacity = 1
    max_capacity = 2

    target_tracking "cpu" {
      metric       = "cpu"
      target_value = 55
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

developers {
  databases = { main = "read_write" }
  caches    = ["sessions"]
  services  = ["api"]
}
