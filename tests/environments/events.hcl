# Everything that can invoke a function: a queue of a topic, a topic, a stream, schedules, a rotation; also in the VPC.
# Batch jobs on EC2 instances: a cluster with only EC2, pinned and replaced at once, and one that also has Fargate.
# Small subnets in zones that are not in order. Shares its account with `no-network`.

product    = "mobile"
account_id = "555555555555"
region     = "us-east-1"
tier       = "development"

network {
  cidr               = "10.40.8.0/21"
  availability_zones = ["f", "c"]
  nat                = "none"

  interface_endpoints = [
    "ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs", "secretsmanager", "sqs", "ssmmessages", "ec2messages", "ssm",
  ]

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

ecs "night" {
  ec2 {
    instance_type    = "m7g.large"
    min_size         = 1
    max_size         = 4
    target_capacity  = 80
    session_manager  = true
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

# Also warnings, which development does not have by default; all topics are in us-east-1 with the rest.
alarms {
  functions  = ["worker"]
  severities = ["critical", "warning"]
  events_off = {
    spot_interruption = "The batch jobs of this cluster start again"
  }

  queue "jobs" {
    age_seconds = 3600 # a night's jobs
  }
}

dashboard {}

# Invoked too often for traces of 5% of its invocations.
function "quiet" {
  code    = "maintenance"
  tracing = "PassThrough"
}

experiment "instance-lost" {
  hypothesis = "If one of the instances in a zone is terminated, ECS starts its tasks on another, and jobs wait for less than an hour."

  terminate_instances {
    ecs               = "night"
    percent           = 50
    availability_zone = "c"
  }

  steady_state {
    queue "jobs" {
      age_seconds = 3600
    }
  }
}

# For people without Direct Connect, from one office.
vpn {
  allowed_cidrs     = ["203.0.113.0/24", "198.51.100.7/32"]
  client_cidr       = "172.30.0.0/24"
  availability_zone = "c"
  caches            = ["ranking"]
}

# Its code is in the repository of an application, whose releases take everything that can invoke it to a new version.
bucket "orders" {}

queue "orders" {}

function "orders" {
  owned_by                          = "pipeline"
  handler                           = "orders/app.handler"
  queues                            = ["results"]
  buckets                           = { orders = ["read incoming/"] }
  environment                       = { CURRENCY = "KRW" }
  reserved_concurrent_executions    = 4
  provisioned_concurrent_executions = 2

  deployed_by {
    role = "arn:aws:iam::555555555555:role/builder"
  }

  on_object "incoming" {
    bucket = "orders"
    prefix = "incoming/"
  }

  on_queue "orders" {
    maximum_concurrency = 2
  }

  on_topic "news" {}

  schedule "hourly" {
    schedule_expression = "rate(1 hour)"
  }
}
