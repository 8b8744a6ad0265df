# A private EKS cluster and its successor: no internet gateway, nodes of all three kinds, a proxy to the internet.

product    = "mobile"
account_id = "888888888888"
region     = "ap-northeast-2"
tier       = "staging"

network {
  cidr               = "10.40.96.0/19"
  availability_zones = ["a", "c"]
  internet           = false
  clusters           = 2

  interface_endpoints = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "logs", "sts"]

  direct_connect {
    corporate_cidrs = ["10.128.0.0/9"]
  }

  proxy {
    url        = "http://proxy.corp.example:3128"
    except_for = [".corp.example"]
  }
}

queue "receipts" {
}

secret "bank" {
}

bucket "receipts" {
  encryption = "s3"
}

# Through the proxy, a task writes to SQS, which has no endpoint here, and a function to Slack.
ecs "main" {
}

repository "receipts" {
}

service "receipts" {
  image  = "receipts:1.0.0"
  queues = ["receipts"]
}

secret "slack-webhook" {
}

function "slack-alarm" {
  secrets = ["slack-webhook"]
  in_vpc  = true
}

alarms {
  functions = ["slack-alarm"]
}

eks "blue" {
  version   = "1.36"
  corporate = true

  access "operators" {
    role_arn = "arn:aws:iam::888888888888:role/operators"
    policy   = "cluster-admin"
  }

  access "payments" {
    role_arn   = "arn:aws:iam::888888888888:role/payments"
    policy     = "edit"
    namespaces = ["payments"]
  }

  add_on "vpc-cni" {
    version = "v1.22.3-eksbuild.1"
  }

  add_on "kube-proxy" {
    version = "v1.36.0-eksbuild.9"
  }

  add_on "coredns" {
    version = "v1.14.3-eksbuild.3"
  }

  add_on "aws-ebs-csi-driver" {
    version = "v1.62.0-eksbuild.1"
  }

  add_on "eks-pod-identity-agent" {
    version = "v1.3.10-eksbuild.3"
  }

  managed "general" {
    instance_types  = ["m7g.large"]
    release_version = "1.36.2-20260709"
    labels          = { workload = "general" }

    scaling {
      min_capacity = 2
      max_capacity = 3
      time_zone    = "Asia/Seoul"

      step_scaling "surge" {
        metric    = "cpu"
        direction = "out"
        threshold = 60

        step {
          metric_interval_lower_bound = 0
          metric_interval_upper_bound = 20
          scaling_adjustment          = 1
        }

        step {
          metric_interval_lower_bound = 20
          scaling_adjustment          = 2
        }
      }

      step_scaling "calm" {
        metric    = "cpu"
        direction = "in"
        threshold = 30

        step {
          metric_interval_upper_bound = 0
          scaling_adjustment          = -1
        }
      }

      schedule "evening" {
        start        = "18:30"
        end          = "23:30"
        days         = ["mon", "tue", "wed", "thu", "fri"]
        min_capacity = 3
      }
    }
  }

  self_managed "batch" {
    instance_type = "c7i.xlarge"
    min_size      = 0
    max_size      = 1
    labels        = { workload = "batch" }

    taint {
      key   = "dedicated"
      value = "batch"
    }
  }

  service_account "payments/api" {
    buckets = { receipts = "read_write payments/" }
    queues  = ["receipts"]
    secrets = ["bank"]

    policy "send-receipts" {
      actions   = ["sqs:SendMessage"]
      resources = ["arn:aws:sqs:ap-northeast-2:888888888888:mobile-staging-receipts"]
    }
  }
}

eks "green" {
  version = "1.37"

  access "operators" {
    role_arn = "arn:aws:iam::888888888888:role/operators"
    policy   = "cluster-admin"
  }

  add_on "coredns" {
    version = "v1.14.3-eksbuild.23"
  }

  fargate "all" {
    max_pods = 20

    selector {
      namespace = "kube-system"
    }

    selector {
      namespace = "payments"
      labels    = { compute = "fargate" }
    }

    pod "api" {
      cpu    = 512
      memory = 768
    }
  }

  service_account "payments/api" {
    identity = "irsa"

    policy "send-receipts" {
      actions   = ["sqs:SendMessage"]
      resources = ["arn:aws:sqs:ap-northeast-2:888888888888:mobile-staging-receipts"]
    }
  }
}

pipeline {
  github {
    repository    = "agora/infrastructure"
    owner_id      = 123456
    repository_id = 456789
  }
}

# Logs of the last days in OpenSearch, and a service and a function that send theirs.
search "logs" {
  readers = ["arn:aws:iam::888888888888:role/operators"]
}

service "statements" {
  image  = "receipts:1.0.0"
  search = "logs"
}

function "slack-copy" {
  code    = "slack_alarm"
  secrets = ["slack-webhook"]
  search  = "logs"
}

dashboard {}

experiment "nodes-lost" {
  hypothesis       = "If a third of the nodes is terminated, Kubernetes starts the pods on others, and messages wait less than 15 minutes."
  duration_minutes = 20

  terminate_nodes {
    eks     = "blue"
    managed = "general"
    percent = 34
  }

  steady_state {
    queue "receipts" {
      age_seconds = 900
    }
  }
}

# A push of a version rolls it out on the cluster, whose API only the VPC reaches.
build "rollout" {
  repository = "receipts"
  tags       = ["*.*.*"]

  eks {
    cluster    = "blue"
    namespace  = "payments"
    deployment = "receipts"
  }
}

build "image" {
  repository    = "receipts"
  architecture  = "arm64"
  builds_images = true
  commands      = ["aws s3 cp s3://mobile-sources/receipts.tgz - | tar xz", "docker build --tag $REPOSITORY:$IMAGE_TAG .", "docker push $REPOSITORY:$IMAGE_TAG"]
  variables     = { DOCKER_BUILDKIT = "1" }
  compute_type  = "BUILD_GENERAL1_LARGE"
  build_timeout = 45

  concurrent_build_limit = 1

  started_by {
    github = "mobile/receipts"
  }
}
