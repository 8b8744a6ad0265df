# Everything that can invoke a function: a queue of a topic, a topic, a stream, schedules, a rotation; also in the VPC.

product    = "mobile"
account_id = "555555555555"
region     = "us-east-1"
tier       = "development"

network {
  cidr               = "10.40.8.0/21"
  availability_zones = ["a", "b"]
  nat                = "none"

  interface_endpoints = ["secretsmanager", "sqs"]

  subnet_sizes {
    public   = "/27"
    app      = "/24"
    data     = "/28"
    endpoint = "/28"
  }
}

topic "news" {
  display_name = "News"
}

queue "jobs" {
  topics            = ["news"]
  max_receive_count = 3
}

queue "results" {
  retention_days = 14
}

stream "clicks" {
  retention_period = 48
}

secret "login" {
  rotation {
    function = "worker"
    days     = 45
  }
}

cache "ranking" {
  node_type = "cache.t4g.micro"
}

function "worker" {
  code                   = "maintenance"
  description            = "Whatever there is to do"
  timeout                = 20
  maximum_retry_attempts = 1
  in_vpc                 = true
  caches                 = ["ranking"]
  secrets                = ["login"]
  queues                 = ["results"]

  on_queue "jobs" {
    batch_size                         = 100
    maximum_batching_window_in_seconds = 5
    maximum_concurrency                = 4
  }

  on_stream "clicks" {
    maximum_batching_window_in_seconds = 5
  }

  schedule "nightly" {
    schedule_expression = "cron(30 3 * * ? *)"
    time_zone           = "Asia/Seoul"
    input               = "{\"task\": \"clean\"}"
  }

  schedule "often" {
    schedule_expression = "rate(5 minutes)"
  }
}

function "reader" {
  code                           = "maintenance"
  runtime                        = "python3.12"
  architecture                   = "x86_64"
  ephemeral_storage_mib          = 1024
  reserved_concurrent_executions = 5
  streams                        = ["clicks"]

  on_topic "news" {
    filter_policy = { severity = ["critical", "warning"] }
  }
}

secret "fcm-account" { }

push "wearable" {
  source = "stream"

  fcm {
    secret      = "fcm-account"
    application = "wearable_android"
  }
}
