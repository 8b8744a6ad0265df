# What envs/ does not use. Data: Redis, SSE-S3, no versions, copies in another region. Load balancers: one only for the
# VPC, one only for CloudFront, a wildcard certificate. Sites: an API behind each, media with signed URLs, a customer
# managed key, countries.

product    = "mobile"
account_id = "555555555555"
region     = "us-east-1"
tier       = "staging"

network {
  cidr               = "10.40.16.0/20"
  availability_zones = ["a", "b"]
  nat                = "none"

  interface_endpoints = ["ecr.api", "ecr.dkr", "logs"]
}

load_balancer "inside" {
  names                      = ["inside.archive.mobile.example"]
  internal                   = true
  idle_timeout               = 300
  client_keep_alive          = 600
  desync_mitigation_mode     = "strictest"
  xff_header_processing_mode = "remove"
  enable_http2               = false

  rule "search" {
    priority = 10
    paths    = ["/search"]
    service  = "search"
  }

  rule "maintenance" {
    priority = 20
    paths    = ["/maintenance/*"]
    function = "maintenance"
  }
}

function "maintenance" {
  description = "Answers while there is nobody else to answer"
}

registry {
  account_id = "333333333333"
}

ecs "main" {}

# CloudFront reaches it inside the VPC, through the load balancer above.
service "search" {
  image = "search:1.0.0"
  port  = 9200
}

load_balancer "front" {
  names          = ["*.archive.mobile.example", "archive.mobile.example"]
  reachable_from = "cloudfront"

  rule "members" {
    priority = 50
    hosts    = ["archive.mobile.example"]
    paths    = ["/members/*"]
    sign_in  = true

    fixed_response {
      status_code  = 200
      message_body = "Hello"
    }
  }

  rule "years" {
    priority = 100
    hosts    = ["20??.archive.mobile.example"]
    paths    = ["/all/*", "/all"]

    redirect {
      host = "archive.mobile.example"
      path = "/#{host}/#{path}"
    }
  }

  default {
    redirect {
      host = "www.agora.example"
    }
  }
}

site "www" {
  names         = ["www.mobile.example", "*.www.mobile.example"]
  encryption    = "kms"
  hashed_paths  = ["/assets/*", "/fonts/*"]
  frame_options = "SAMEORIGIN"
  price_class   = "all"

  api {
    load_balancer       = "front"
    paths               = ["/api/*", "/socket"]
    origin_read_timeout = 60
  }

  media "shown" {
    bucket = "scratch"
  }

  media "sold" {
    bucket      = "archive"
    paths       = ["/sold/*", "/rented/*"]
    signed_urls = true
  }

  public_key "first" {
    base64 = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvmlU7K+5yw7p64rhsRo2JD8FSRULYEZtpsklIt60kZn4jaiAYt61n/TaGKmC8SGc793QBvCP5W7cJ7ba7sOn5qoZPAEiaPQtgrBEWItRG/5I++GGdJBlrAb0hrhMRxJ7nB5zCno5aaD0zc5jBEcGysd/0UZGKigPgbhC0SOaDzF0g9OLfDkfXVIwT/lgHxFNGcq7pF9PoqI2krMq31936TSmq5yEdpPp5o3/TCdU5iAWPzbfzRgcU3a98oeMV/A+yaE6EeHwroks3Wm03uJS13Ys5plUymMiYE8mmiVLzO5/c2QnT0/qh+kWtey7SDpPLhyOGB1lZrB6IVZ3kJl9WQIDAQAB"
  }

  geo_restriction { allow = ["KR", "JP", "US"] }

  published_by { role = "arn:aws:iam::777777777777:role/builder" }
}

# Internal pages in folders, with an API only inside the VPC.
site "handbook" {
  names              = ["handbook.mobile.example"]
  routing            = "folders"
  page_cache_seconds = 300
  price_class        = "100"
  access_logs        = false

  api {
    load_balancer = "inside"
    paths         = ["/search"]
  }
}

site "status" {
  names        = ["pages.mobile.example"]
  error_page   = "/404.html"
  hashed_paths = []

  geo_restriction {
    deny = ["AQ"]
  }
}

cache "ranking" {
  engine             = "redis"
  engine_version     = "7.0"
  node_type          = "cache.t4g.small"
  replicas           = 2
  maintenance_window = "sat:23:30-sun:00:30"

  parameters = {
    maxmemory-policy = "allkeys-lru"
  }

  user "app" {
    access = "~ranking:* +@all -@admin -@dangerous"
  }

  user "reports" {
    access = "~ranking:* +@read"
  }
}

cache "open" {
  node_type                  = "cache.t4g.micro"
  transit_encryption_enabled = false # for an old client without TLS
  snapshot_retention_limit   = 0
}

bucket "archive" {
  infrequent_access_after_days   = 30
  expire_after_days              = 400
  expire_old_versions_after_days = 14
  event_bridge                   = true
  backup                         = "daily"
}

bucket "scratch" {
  encryption        = "s3"
  versioning        = false
  access_logs       = false
  named_roles_only  = false
  expire_after_days = 3
  force_destroy     = true
}

secret "partner-login" {
  recovery_window_in_days = 10
}

backup {
  monthly_retention_days          = 400
  monthly_cold_storage_after_days = 90
  governance_lock                 = true
  copy_to_region                  = "us-west-2"
}

# Records for targets outside this environment: an office, mail, two weighted clusters, regions, and a failover.
zone "public" {
  name                    = "mobile.example"
  certificate_authorities = ["amazon.com", "letsencrypt.org"]
  query_logs              = true

  health_check "cluster" {
    fqdn          = "blue.mobile.example"
    resource_path = "/healthz"
  }

  health_check "port" {
    fqdn             = "green.mobile.example"
    protocol         = "tcp"
    request_interval = 10
  }

  record "mail" {
    name    = "mobile.example"
    type    = "MX"
    records = ["10 mail.example.net", "20 mail2.example.net"]
  }

  record "mail-policy" {
    name    = "_dmarc.mobile.example"
    type    = "TXT"
    records = ["v=DMARC1; p=reject"]
    ttl     = 3600
  }

  # A tenth of the users go to the new cluster, and none to an unhealthy one.
  record "blue" {
    name         = "api.mobile.example"
    type         = "CNAME"
    records      = ["blue.mobile.example"]
    weight       = 90
    health_check = "cluster"
  }

  record "green" {
    name    = "api.mobile.example"
    type    = "CNAME"
    records = ["green.mobile.example"]
    weight  = 10
  }

  record "here" {
    name           = "game.mobile.example"
    latency_region = "us-east-1"

    alias {
      target  = "game-1.us-east-1.elb.amazonaws.com"
      zone_id = "Z35SXDOTRQ7X7K"
    }
  }

  record "first" {
    name         = "status.mobile.example"
    type         = "A"
    records      = ["192.0.2.10"]
    failover     = "primary"
    health_check = "port"
  }

  record "last" {
    name     = "status.mobile.example"
    type     = "A"
    records  = ["192.0.2.20"]
    failover = "secondary"
  }
}

# The sign-in pages have a custom domain, whose parent is an alias of the load balancer `front`.
sign_in {
  sign_in_with        = ["email", "phone"]
  self_registration   = false
  mfa                 = "required"
  mfa_methods         = ["totp", "sms"]
  recovery            = "administrator"
  threat_protection   = "audit"
  deletion_protection = false
  domain              = "auth.archive.mobile.example"

  email {
    sender   = "Archive <no-reply@mail.mobile.example>"
    identity = "mobile.example"
  }

  password {
    minimum_length                   = 16
    require_symbols                  = true
    password_history_size            = 5
    temporary_password_validity_days = 1
  }

  client "reader" {
    callback_urls        = ["https://archive.mobile.example/read", "http://localhost:8080/"]
    scopes               = ["openid"]
    access_token_minutes = 5
    id_token_minutes     = 5
    refresh_token_days   = 7
  }
}

dashboard {}

grafana {
  authentication_providers = ["SAML"]

  saml {
    idp_metadata_url   = "https://login.archive.example/metadata.xml"
    admin_role_values  = ["grafana-admin"]
    editor_role_values = ["archivists"]
  }
}

site_pipeline "handbook" {
  repository = "community/handbook"
  output     = "public"
  approval   = true
}
