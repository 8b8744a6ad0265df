"""Policy statements of task roles and task execution roles."""

from collections.abc import Mapping, Sequence

from modules.data.bucket.keys.access import Prefixes
from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow

_READ = ("s3:GetObject", "s3:GetObjectVersion")
_WRITE = ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:DeleteObject")


def write_logs(log_group_arn: str) -> Statement:
    """Return the statement to write into an existing log group.

    [Send Amazon ECS logs to CloudWatch]
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html).
    """
    return allow(
        "WriteLogs",
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[f"{log_group_arn}:log-stream:*"],
    )


def parameter_arn(parameter: str, names: Names) -> str:
    """Return a parameter's ARN: of a full name with a leading slash, or of a name under the environment's path."""
    path = parameter if parameter.startswith("/") else f"/{names.product}/{names.environment}/{parameter}"
    return f"arn:aws:ssm:{names.region}:{names.account_id}:parameter{path}"


def read_parameters(arns: Sequence[str]) -> list[Statement]:
    """Return the statement to read parameters; the AWS managed key decrypts for every principal that may read them."""
    return [allow("ReadParameters", actions=["ssm:GetParameters"], resources=sorted(set(arns)))] if arns else []


def read_environment_files(objects: Mapping[str, Sequence[str]]) -> list[Statement]:
    """Return the statements to read environment files, given by bucket ARN; none without files."""
    if not objects:
        return []
    files = [f"{bucket}/{key}" for bucket, keys in objects.items() for key in keys]
    return [
        allow("ReadEnvironmentFiles", actions=["s3:GetObject"], resources=files),
        # [Pass environment variables to an Amazon ECS container, Required IAM permissions]
        # (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html).
        allow("FindEnvironmentFiles", actions=["s3:GetBucketLocation"], resources=list(objects)),
    ]


def use_bucket(sid: str, bucket_arn: str, prefixes: Prefixes) -> list[Statement]:
    """Return the statements to read and write under the prefixes."""
    statements = []
    for number, prefix in enumerate(prefixes.all, 1):
        part = sid if number == 1 else f"{sid}Prefix{number}"
        actions = (*(_READ if prefix in prefixes.read else ()), *(_WRITE if prefix in prefixes.write else ()))
        statements += [allow(f"Objects{part}", actions=actions, resources=[f"{bucket_arn}/{prefix}*"])]
        if prefix in prefixes.read:
            below = {"StringLike": {"s3:prefix": f"{prefix}*"}}
            statements += [allow(f"List{part}", actions=["s3:ListBucket"], resources=[bucket_arn], condition=below)]
    return statements
