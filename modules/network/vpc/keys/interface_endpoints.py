"""Interface endpoints: the names that `interface_endpoints` may contain."""

import difflib
from typing import Annotated

from pydantic import AfterValidator

from modules.foundation.problems import broken_rule

#: Short names of the interface endpoints (`com.amazonaws.<region>.<name>`) that workloads commonly need, from [AWS
#: PrivateLink, AWS services that integrate with AWS PrivateLink]
#: (https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html); add missing ones here.
#: They are listed because a misspelled name would fail only in the apply.
INTERFACE_ENDPOINTS = (
    "acm-pca",
    "application-autoscaling",
    "athena",
    "autoscaling",
    "autoscaling-plans",
    "bedrock-runtime",
    "cloudformation",
    "cloudtrail",
    "codebuild",
    "codecommit",
    "codedeploy",
    "codedeploy-commands-secure",
    "codepipeline",
    "cognito-idp",
    "ec2",
    "ec2messages",
    "ecr.api",
    "ecr.dkr",
    "ecs",
    "ecs-agent",
    "ecs-telemetry",
    "eks",
    "eks-auth",
    "elasticache",
    "elasticfilesystem",
    "elasticloadbalancing",
    "email-smtp",
    "events",
    "execute-api",
    "fis",
    "git-codecommit",
    "glue",
    "grafana",
    "kinesis-firehose",
    "kinesis-streams",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "rds",
    "rds-data",
    "redshift-data",
    "s3",
    "scheduler",
    "secretsmanager",
    "servicediscovery",
    "sns",
    "sqs",
    "ssm",
    "ssmmessages",
    "states",
    "sts",
    "synthetics",
    "xray",
)


def _endpoint(value: str) -> str:
    if value in ("s3", "dynamodb"):
        raise broken_rule(
            "always has a gateway endpoint, which is free of charge", "remove it from interface_endpoints"
        )
    if value not in INTERFACE_ENDPOINTS:
        nearest = difflib.get_close_matches(value, INTERFACE_ENDPOINTS, n=3, cutoff=0.4)
        raise broken_rule(
            "is not a known interface endpoint",
            f"write one of {', '.join(nearest or INTERFACE_ENDPOINTS)}; if it is new, add it to "
            "INTERFACE_ENDPOINTS in modules/network/vpc/keys/interface_endpoints.py",
        )
    return value


InterfaceEndpoint = Annotated[str, AfterValidator(_endpoint)]
