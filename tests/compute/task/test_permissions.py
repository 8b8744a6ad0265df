"""Least privilege of task roles: allowed and denied actions."""

import pytest

from tests.support.permissions import allows, statements_of
from tests.support.template import Template

REGION, ACCOUNT = "ap-northeast-2", "333333333333"
WEBHOOK = "${aws_secretsmanager_secret.secret_slack_webhook.arn}"
CLUSTER_USER = f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:${{aws_rds_cluster.database_main.cluster_resource_id}}"
LOGIN = (
    "${concat(aws_rds_cluster.database_main.master_user_secret[*].secret_arn, [aws_rds_cluster.database_main.arn])[0]}"
)
DATA_KEY = "${aws_kms_key.foundation_data_key.arn}"
SECRETS_KEY = "${aws_kms_key.foundation_secrets_key.arn}"
CONTENT = f"arn:aws:s3:::agora-prod-content-{ACCOUNT}-{REGION}"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/agora/prod/service/api:log-stream:task/api/1"
REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/agora/api"
FAMILY = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/agora-prod-api"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/agora-prod-main"
VIA_SECRETS_MANAGER = f"secretsmanager.{REGION}.amazonaws.com"

MESSAGE_KEY = "${aws_kms_key.foundation_messages_key.arn}"
VIA_SNS = {"kms__ViaService": f"sns.{REGION}.amazonaws.com"}
APNS = f"arn:aws:sns:{REGION}:{ACCOUNT}:app/APNS/agora-prod-mobile"
DEVICE = f"{APNS.replace(':app/', ':endpoint/')}/1"

Request = tuple[str, str, dict[str, str]]


def decrypt(key: str, secret: str, service: str = VIA_SECRETS_MANAGER) -> Request:
    return ("kms:Decrypt", key, {"kms__ViaService": service, "kms__EncryptionContext__SecretARN": secret})


EXECUTION: list[Request] = [
    ("ecr:GetAuthorizationToken", "*", {}),
    ("ecr:BatchGetImage", REPOSITORY, {}),
    ("ecr:GetDownloadUrlForLayer", REPOSITORY, {}),
    ("ecr:BatchCheckLayerAvailability", REPOSITORY, {}),
    ("logs:CreateLogStream", LOGS, {}),
    ("logs:PutLogEvents", LOGS, {}),
    ("secretsmanager:GetSecretValue", WEBHOOK, {}),
    decrypt(SECRETS_KEY, WEBHOOK),
]
NOT_EXECUTION: list[Request] = [
    ("ecr:BatchGetImage", f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/agora/other", {}),
    ("ecr:PutImage", REPOSITORY, {}),
    ("logs:PutLogEvents", LOGS.replace("service/api", "service/other"), {}),
    ("logs:DeleteLogGroup", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/agora/prod/service/api", {}),
    ("secretsmanager:GetSecretValue", "${aws_secretsmanager_secret.secret_other.arn}", {}),
    ("secretsmanager:PutSecretValue", WEBHOOK, {}),
    ("secretsmanager:GetSecretValue", LOGIN, {}),
    decrypt(SECRETS_KEY, "${aws_secretsmanager_secret.secret_other.arn}"),
    decrypt(DATA_KEY, LOGIN, service=f"rds.{REGION}.amazonaws.com"),
    ("kms:Decrypt", SECRETS_KEY, {}),
    ("s3:GetObject", f"{CONTENT}/a", {}),
    ("elasticache:Connect", "${aws_elasticache_replication_group.cache_sessions.arn}", {}),
    ("iam:PassRole", "*", {}),
    ("ssm:GetParameters", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/agora/prod/x", {}),
]
TASK: list[Request] = [
    ("s3:GetObject", f"{CONTENT}/images/a.jpg", {}),
    ("s3:PutObject", f"{CONTENT}/images/a.jpg", {}),
    ("s3:ListBucket", CONTENT, {"s3__prefix": "images/"}),
    ("elasticache:Connect", "${aws_elasticache_replication_group.cache_sessions.arn}", {}),
    ("elasticache:Connect", f"arn:aws:elasticache:{REGION}:{ACCOUNT}:user:agora-prod-sessions-app", {}),
    ("rds-db:connect", f"{CLUSTER_USER}/gw_service_api", {}),
    ("sns:Publish", "${aws_sns_topic.topic_push_mobile.arn}", {}),
    ("kms:GenerateDataKey", MESSAGE_KEY, VIA_SNS),
    ("kms:Decrypt", MESSAGE_KEY, VIA_SNS),
    ("sns:CreatePlatformEndpoint", APNS, {}),
    ("sns:SetEndpointAttributes", DEVICE, {}),
    ("sns:GetEndpointAttributes", DEVICE, {}),
]
NOT_TASK: list[Request] = [
    ("s3:GetObject", "arn:aws:s3:::agora-prod-logs-333333333333-ap-northeast-2/a", {}),
    ("s3:DeleteBucket", CONTENT, {}),
    ("rds-db:connect", f"{CLUSTER_USER}/dbadmin", {}),
    ("secretsmanager:GetSecretValue", LOGIN, {}),
    ("s3:PutBucketPolicy", CONTENT, {}),
    ("elasticache:Connect", f"arn:aws:elasticache:{REGION}:{ACCOUNT}:user:agora-prod-sessions-default", {}),
    # ECS, not the program, reads the values of environment variables.
    ("secretsmanager:GetSecretValue", WEBHOOK, {}),
    ("ecr:BatchGetImage", REPOSITORY, {}),
    ("logs:PutLogEvents", LOGS, {}),
    ("ecs:UpdateService", f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/agora-prod-main/agora-prod-api", {}),
    ("iam:PassRole", "*", {}),
    ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/other", {}),
    # It requests notifications; only the push's function sends them.
    ("sns:Publish", DEVICE, {}),
    ("sns:Publish", "${aws_sns_topic.other.arn}", {}),
    ("sns:Subscribe", "${aws_sns_topic.topic_push_mobile.arn}", {}),
    ("sns:CreatePlatformEndpoint", APNS.replace("mobile", "other"), {}),
    ("sqs:ReceiveMessage", "${aws_sqs_queue.queue_push_mobile.arn}", {}),
    ("kms:Decrypt", MESSAGE_KEY, {}),
    # ECS Exec is off in production.
    ("ssmmessages:OpenDataChannel", "*", {}),
]
PASSED = {"iam__PassedToService": "ecs-tasks.amazonaws.com"}
SCHEDULE: list[Request] = [
    ("ecs:RunTask", f"{FAMILY}:7", {"ecs__cluster": CLUSTER}),
    ("ecs:RunTask", FAMILY, {"ecs__cluster": CLUSTER}),
    ("ecs:TagResource", f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/agora-prod-main/1", {"ecs__CreateAction": "RunTask"}),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/agora-prod-service-api-task", PASSED),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/agora-prod-service-api-execution", PASSED),
    ("sqs:SendMessage", "${aws_sqs_queue.scheduled_task_report.arn}", {}),
    ("kms:GenerateDataKey", MESSAGE_KEY, {"kms__ViaService": f"sqs.{REGION}.amazonaws.com"}),
    ("kms:Decrypt", MESSAGE_KEY, {"kms__ViaService": f"sqs.{REGION}.amazonaws.com"}),
]
NOT_SCHEDULE: list[Request] = [
    ("ecs:RunTask", f"{FAMILY}-other:1", {"ecs__cluster": CLUSTER}),
    ("ecs:RunTask", f"{FAMILY}:7", {"ecs__cluster": f"{CLUSTER}-other"}),
    ("ecs:RunTask", f"{FAMILY}:7", {}),
    ("ecs:StopTask", f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/agora-prod-main/1", {}),
    ("ecs:TagResource", f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/agora-prod-main/1", {}),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/agora-prod-service-api-task", {}),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/administrator", PASSED),
    ("sqs:SendMessage", "${aws_sqs_queue.other.arn}", {}),
    ("sqs:ReceiveMessage", "${aws_sqs_queue.scheduled_task_report.arn}", {}),
]
ROLES = {
    "service_api_execution": (EXECUTION, NOT_EXECUTION),
    "service_api_task": (TASK, NOT_TASK),
    "scheduled_task_report_schedule": (SCHEDULE, NOT_SCHEDULE),
}
#: Actions without resource-level permissions ("Service Authorization Reference").
WITHOUT_RESOURCE = {
    "ecr:GetAuthorizationToken",
    "ecs:DescribeTaskDefinition",
    # Of tasks in one cluster, by a condition.
    "ecs:ListTasks",
    "elasticloadbalancing:DescribeTargetHealth",
    "logs:DescribeLogGroups",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
PREFIXES = ("service_", "scheduled_task_")


@pytest.mark.parametrize("role", ROLES)
def test_role_allows_what_it_needs_and_no_more(prod: Template, role: str) -> None:
    statements = statements_of(prod, role)
    needed, denied = ROLES[role]
    assert [each for each in needed if not allows(statements, each[0], each[1], **each[2])] == []
    assert [each for each in denied if allows(statements, each[0], each[1], **each[2])] == []


def test_expected_actions_include_every_action_of_each_role(prod: Template) -> None:
    """A permission that is added later must be added to the lists as well."""
    for role, (needed, _) in ROLES.items():
        granted = {action for statement in statements_of(prod, role) for action in statement["Action"]}
        expected = {action for action, _, _ in needed}
        also = {"s3:GetObjectVersion", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:DeleteObject"}
        assert granted - also <= expected


def test_bucket_access_is_limited_by_prefix_and_kind(tasks: Template) -> None:
    bucket = "arn:aws:s3:::mobile-tasks-settings-555555555555-us-east-1"
    web = statements_of(tasks, "service_web_task")
    assert allows(web, "s3:GetObject", f"{bucket}/public/a")
    assert not allows(web, "s3:GetObject", f"{bucket}/env/web.env")
    assert not allows(web, "s3:PutObject", f"{bucket}/public/a")
    assert not allows(web, "s3:ListBucket", bucket, s3__prefix="env/")
    clean_up = statements_of(tasks, "scheduled_task_clean_up_task")
    assert allows(clean_up, "s3:DeleteObject", f"{bucket}/old/a")
    assert not allows(clean_up, "s3:GetObject", f"{bucket}/old/a")


def test_publishing_task_may_not_read_messages(tasks: Template) -> None:
    key, region = "${aws_kms_key.foundation_messages_key.arn}", "us-east-1.amazonaws.com"
    web = statements_of(tasks, "service_web_task")
    for action, resource, service in (
        ("sqs:SendMessage", "${aws_sqs_queue.queue_orders.arn}", "sqs"),
        ("kinesis:PutRecords", "${aws_kinesis_stream.stream_clicks.arn}", "kinesis"),
    ):
        assert allows(web, action, resource)
        assert allows(web, "kms:GenerateDataKey", key, kms__ViaService=f"{service}.{region}")
    assert not allows(web, "sqs:SendMessage", "${aws_sqs_queue.queue_orders_dead.arn}")
    assert not allows(web, "sqs:ReceiveMessage", "${aws_sqs_queue.queue_orders.arn}")
    assert not allows(web, "sns:Publish", "${aws_sns_topic.topic_news.arn}")
    assert not allows(web, "kinesis:GetRecords", "${aws_kinesis_stream.stream_clicks.arn}")
    clean_up = statements_of(tasks, "scheduled_task_clean_up_task")
    assert allows(clean_up, "sns:Publish", "${aws_sns_topic.topic_news.arn}")
    assert not allows(clean_up, "sqs:SendMessage", "${aws_sqs_queue.queue_orders.arn}")


def test_execution_role_reads_only_named_files_and_parameters(tasks: Template) -> None:
    bucket = "arn:aws:s3:::mobile-tasks-settings-555555555555-us-east-1"
    parameters = "arn:aws:ssm:us-east-1:555555555555:parameter"
    execution = statements_of(tasks, "service_web_execution")
    assert allows(execution, "s3:GetObject", f"{bucket}/env/web.env")
    assert allows(execution, "s3:GetBucketLocation", bucket)
    assert not allows(execution, "s3:GetObject", f"{bucket}/env/other.env")
    assert allows(execution, "ssm:GetParameters", f"{parameters}/mobile/tasks/web/features")
    assert allows(execution, "ssm:GetParameters", f"{parameters}/company/region")
    assert not allows(execution, "ssm:GetParameters", f"{parameters}/mobile/tasks/search/features")


def test_task_role_with_ecs_exec_may_open_the_channel(dev: Template) -> None:
    task = statements_of(dev, "service_api_task")
    assert allows(task, "ssmmessages:OpenDataChannel")
    assert allows(task, "kms:Decrypt", "${aws_kms_key.foundation_sessions_key.arn}")
    assert not allows(task, "ssm:StartSession", "arn:aws:ec2:ap-northeast-2:111111111111:instance/i-1")


@pytest.mark.parametrize("environment", ["dev", "staging", "prod", "tasks"])
def test_roles_have_no_wildcards_except_without_resource_level_permissions(
    environment: str, request: pytest.FixtureRequest
) -> None:
    template: Template = request.getfixturevalue(environment)
    roles = [name for name in template.resources("aws_iam_role") if name.startswith(PREFIXES)]
    assert roles
    for role in roles:
        for statement in statements_of(template, role):
            assert statement["Effect"] == "Allow"
            assert not [action for action in statement["Action"] if "*" in action]
            if "*" in statement["Resource"]:
                assert set(statement["Action"]) <= WITHOUT_RESOURCE


def test_trust_policies_name_one_service_and_this_account(prod: Template) -> None:
    services = {"service_api_execution": "ecs-tasks", "service_api_task": "ecs-tasks"}
    services["scheduled_task_report_schedule"] = "scheduler"
    for role, service in services.items():
        trust = prod.resource(f"aws_iam_role.{role}")["assume_role_policy"]
        assert f'"Service": "{service}.amazonaws.com"' in trust
        assert f'"aws:SourceAccount": "{ACCOUNT}"' in trust
