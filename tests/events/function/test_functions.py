"""The synthesized JSON of functions, their channels, and their triggers."""

import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from modules.events.function.packaging import code_hash
from ops.workspace import stack_folder
from tests.support.permissions import allows, statements_of
from tests.support.template import Template

ACCOUNT = "555555555555"


def statements(template: Template, role_policy: str) -> dict[str, dict[str, Any]]:
    return {each["Sid"]: each for each in template.policy(f"aws_iam_role_policy.{role_policy}")}


def test_function_with_defaults_has_only_these_arguments(prod: Template) -> None:
    function = prod.resource("aws_lambda_function.function_thumbnail")
    package = prod.folder / function.pop("filename")
    assert function == {
        "architectures": ["arm64"],
        "depends_on": [
            "aws_cloudwatch_log_group.foundation_function_thumbnail_log_group",
            "aws_iam_role_policy.function_thumbnail",
        ],
        "environment": {
            "variables": {
                "BUCKET_CONTENT_NAME": "agora-prod-content-333333333333-ap-northeast-2",
                "SIZES": "320x320,1280x1280",
            }
        },
        "description": "Makes the small pictures of what users upload",
        "ephemeral_storage": {"size": 512},
        "function_name": "agora-prod-thumbnail",
        "handler": "thumbnail.handler.handler",
        "logging_config": {
            "application_log_level": "INFO",
            "log_format": "JSON",
            "log_group": "/agora/prod/function/thumbnail",
            "system_log_level": "INFO",
        },
        "memory_size": 1024,
        "role": "${aws_iam_role.function_thumbnail.arn}",
        "runtime": "python3.13",
        "source_code_hash": code_hash(package),
        "timeout": 60,
        "tracing_config": {"mode": "Active"},
    }
    with zipfile.ZipFile(package) as archive:
        assert "thumbnail/handler.py" in archive.namelist()
        compiled = [name for name in archive.namelist() if name.startswith("PIL/") and name.endswith(".so")]
        assert compiled
        assert all("313-aarch64-linux-gnu" in name for name in compiled)


def test_stack_folder_contains_everything_a_plan_needs(prod: Template) -> None:
    """No absolute path: a plan can be applied on another machine."""
    text = (prod.folder / "cdk.tf.json").read_text()
    filename = prod.resource("aws_lambda_function.function_thumbnail")["filename"]
    assert filename.startswith("assets/")
    assert (prod.folder / filename).is_file()
    assert str(Path.cwd()) not in text
    assert str(prod.folder) not in text


def test_function_role_can_write_only_its_own_log_group(prod: Template) -> None:
    allowed = statements(prod, "function_thumbnail")
    group = "arn:aws:logs:ap-northeast-2:333333333333:log-group:/agora/prod/function/thumbnail"
    assert allowed["Logs"]["Resource"] == [f"{group}:log-stream:*"]
    assert allowed["Logs"]["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    everything = {sid for sid, each in allowed.items() if "*" in each["Resource"]}
    assert everything == {"Traces"}, "only X-Ray supports no resource-level permissions"


def test_on_object_creates_notification_and_bucket_policy(prod: Template) -> None:
    (notification,) = prod.resource("aws_s3_bucket_notification.bucket_content")["lambda_function"]
    assert notification == {
        "events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
        "filter_prefix": "uploads/",
        "id": "thumbnail-uploads",
        "lambda_function_arn": "${aws_lambda_function.function_thumbnail.arn}",
    }
    policy = {each["Sid"]: each for each in prod.policy("aws_s3_bucket_policy.bucket_content")}
    bucket = "arn:aws:s3:::agora-prod-content-333333333333-ap-northeast-2"
    assert policy["ReadFunctionThumbnail1"]["Resource"] == [f"{bucket}/uploads/*"]
    assert policy["WriteFunctionThumbnail1"]["Resource"] == [f"{bucket}/thumbnails/*"]
    named = policy["NamedRolesOnly"]["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    assert "${aws_iam_role.function_thumbnail.arn}" in named


def test_failed_events_are_sent_to_the_failed_queue(prod: Template, events: Template) -> None:
    config = prod.resource("aws_lambda_function_event_invoke_config.function_thumbnail")
    assert config["destination_config"] == {
        "on_failure": {"destination": "${aws_sqs_queue.function_thumbnail_failed.arn}"}
    }
    assert config["maximum_retry_attempts"] == 2
    queue = prod.resource("aws_sqs_queue.function_thumbnail_failed")
    assert queue["message_retention_seconds"] == 14 * 86400
    assert queue["kms_master_key_id"] == "${aws_kms_key.foundation_messages_key.arn}"
    sends = statements(prod, "function_thumbnail")["SendAgoraProdThumbnailFailed"]
    assert sends["Resource"] == ["${aws_sqs_queue.function_thumbnail_failed.arn}"]
    assert events.resource("aws_lambda_function_event_invoke_config.function_worker")["maximum_retry_attempts"] == 1


def queues(template: Template) -> Iterable[tuple[str, dict[str, Any]]]:
    return template.resources("aws_sqs_queue").items()


def test_every_queue_is_encrypted_and_accepts_only_tls(events: Template, prod: Template) -> None:
    for template in (events, prod):
        for _, queue in queues(template):
            assert queue["kms_master_key_id"] == "${aws_kms_key.foundation_messages_key.arn}"
            first = json.loads(queue["policy"])["Statement"][0]
            assert (first["Effect"], first["Principal"], first["Action"]) == ("Deny", "*", ["sqs:*"])
            assert first["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            assert first["Resource"][0].endswith(f":{queue['name']}")


def test_queue_has_a_dead_letter_queue(events: Template) -> None:
    jobs, dead = (events.resource(f"aws_sqs_queue.queue_{name}") for name in ("jobs", "jobs_dead"))
    assert jobs["visibility_timeout_seconds"] == 6 * 20
    assert json.loads(jobs["redrive_policy"]) == {
        "deadLetterTargetArn": "${aws_sqs_queue.queue_jobs_dead.arn}",
        "maxReceiveCount": 3,
    }
    assert json.loads(dead["redrive_allow_policy"]) == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [f"arn:aws:sqs:us-east-1:{ACCOUNT}:mobile-events-jobs"],
    }
    assert events.resource("aws_sqs_queue.queue_results")["visibility_timeout_seconds"] == 30
    mapping = events.resource("aws_lambda_event_source_mapping.function_worker_on_queue_jobs")
    assert mapping["function_response_types"] == ["ReportBatchItemFailures"]
    assert mapping["scaling_config"] == {"maximum_concurrency": 4}
    assert mapping["depends_on"] == ["aws_iam_role_policy.function_worker"]


def test_topic_delivers_to_a_queue_and_a_function(events: Template) -> None:
    to_queue = events.resource("aws_sns_topic_subscription.queue_jobs_from_news")
    assert (to_queue["protocol"], to_queue["raw_message_delivery"]) == ("sqs", True)
    policy = json.loads(events.resource("aws_sqs_queue.queue_jobs")["policy"])["Statement"]
    assert policy[1]["Principal"] == {"Service": "sns.amazonaws.com"}
    assert policy[1]["Condition"] == {"ArnEquals": {"aws:SourceArn": "${aws_sns_topic.topic_news.arn}"}}
    key = {each["Sid"]: each for each in events.policy("aws_kms_key.foundation_messages_key")}
    assert key["FromSns"]["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    to_function = events.resource("aws_sns_topic_subscription.function_reader_on_topic_news")
    assert json.loads(to_function["filter_policy"]) == {"severity": ["critical", "warning"]}
    permission = events.resource("aws_lambda_permission.function_reader_topic_news")
    assert permission["source_arn"] == "${aws_sns_topic.topic_news.arn}"
    assert permission["source_account"] == ACCOUNT


def test_on_stream_failing_records_go_to_the_failed_queue(events: Template) -> None:
    mapping = events.resource("aws_lambda_event_source_mapping.function_worker_on_stream_clicks")
    assert mapping["bisect_batch_on_function_error"] is True
    assert mapping["maximum_retry_attempts"] == 3
    assert mapping["destination_config"] == {
        "on_failure": {"destination_arn": "${aws_sqs_queue.function_worker_failed.arn}"}
    }
    stream = events.resource("aws_kinesis_stream.stream_clicks")
    assert (stream["encryption_type"], stream["retention_period"]) == ("KMS", 48)
    put = statements(events, "function_reader")["PutMobileEventsClicks"]
    assert put["Resource"] == ["${aws_kinesis_stream.stream_clicks.arn}"]


def test_schedule_creates_scheduler_schedule_and_role(events: Template) -> None:
    nightly = events.resource("aws_scheduler_schedule.function_worker_nightly")
    assert nightly["schedule_expression"] == "cron(30 3 * * ? *)"
    assert nightly["schedule_expression_timezone"] == "Asia/Seoul"
    assert nightly["target"]["input"] == '{"task": "clean"}'
    assert events.resource("aws_scheduler_schedule.function_worker_often")["schedule_expression"] == "rate(5 minutes)"
    role = json.loads(events.resource("aws_iam_role.function_worker_schedule")["assume_role_policy"])["Statement"][0]
    assert role["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    invoke = statements(events, "function_worker_schedule")["Invoke"]
    assert invoke["Resource"] == ["${aws_lambda_function.function_worker.arn}"]


def test_function_in_vpc_has_its_own_security_group_rules(events: Template) -> None:
    function = events.resource("aws_lambda_function.function_worker")
    assert function["vpc_config"] == {
        "security_group_ids": ["${aws_security_group.function_worker.id}"],
        "subnet_ids": ["${aws_subnet.network_app_c.id}", "${aws_subnet.network_app_f.id}"],
    }
    group = "${aws_security_group.function_worker.id}"
    into = events.resource("aws_vpc_security_group_ingress_rule.cache_ranking_from_function_worker")
    assert into["referenced_security_group_id"] == group
    out = events.resource("aws_vpc_security_group_egress_rule.function_worker_to_cache_ranking")
    assert (out["security_group_id"], out["from_port"], out["to_port"]) == (group, 6379, 6379)
    allowed = statements(events, "function_worker")
    assert allowed["NotByTheCode"]["Effect"] == "Deny"
    assert allowed["NotByTheCode"]["Condition"] == {
        "ArnEquals": {"lambda:SourceFunctionArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:mobile-events-worker"}
    }
    assert "vpc_config" not in events.resource("aws_lambda_function.function_reader")
    assert "Interfaces" not in statements(events, "function_reader")


def test_secret_rotation_invokes_the_function(events: Template) -> None:
    rotation = events.resource("aws_secretsmanager_secret_rotation.secret_login")
    assert rotation["rotation_lambda_arn"] == "${aws_lambda_function.function_worker.arn}"
    assert rotation["rotation_rules"] == {"automatically_after_days": 45}
    assert rotation["depends_on"] == ["aws_lambda_permission.function_worker_rotates_login"]
    allowed = statements(events, "function_worker")
    assert allowed["RotateLogin"]["Resource"] == ["${aws_secretsmanager_secret.secret_login.arn}"]
    variables = events.resource("aws_lambda_function.function_worker")["environment"]["variables"]
    assert variables["SECRET_LOGIN_ARN"] == "${aws_secretsmanager_secret.secret_login.arn}"
    cache = {f"CACHE_RANKING_{name}" for name in ("HOST", "READER_HOST", "PORT", "TLS", "USER")}
    assert set(variables) == {"SECRET_LOGIN_ARN", "QUEUE_RESULTS_URL", *cache}


def test_function_can_log_in_only_to_its_own_database(further: Path) -> None:
    rds = Template(stack_folder(further, "corporate"))
    assert rds.resource("aws_lambda_function.function_export")["environment"]["variables"] == {
        "DATABASE_MAIN_HOST": "main.db.corporate.internal",
        "DATABASE_MAIN_READ_ONLY_HOST": "main-ro.db.corporate.internal",
        "DATABASE_MAIN_PROXY_HOST": "main-proxy.db.corporate.internal",
        "DATABASE_MAIN_PORT": "5432",
        "DATABASE_MAIN_NAME": "mobile",
        "DATABASE_MAIN_PROXY_ENDPOINT": "${aws_db_proxy.database_main_proxy.endpoint}",
        "DATABASE_MAIN_USER": "gw_function_export",
        "DATABASE_MAIN_MIGRATE_USER": "gw_function_export_migrate",
    }
    # The quotes of Terraform expressions are not valid in JSON: the proxy's id is extracted from its ARN.
    policy, proxies = re.subn(
        r"\$\{element\(split\([^)]*database_main_proxy\.arn\), 6\)\}",
        "prx-1",
        rds.resource("aws_iam_role_policy.function_export")["policy"],
    )
    role = json.loads(policy)["Statement"]
    assert proxies == 2
    user = "arn:aws:rds-db:ap-northeast-2:444444444444:dbuser:prx-1"
    assert allows(role, "rds-db:connect", f"{user}/gw_function_export")
    assert allows(role, "rds-db:connect", f"{user}/gw_function_export_migrate")
    assert not allows(role, "rds-db:connect", f"{user}/dbadmin")
    for name in ("database_main_password", "database_main_gw_function_export"):
        secret = f"${{aws_secretsmanager_secret.{name}.arn}}"
        assert not allows(role, "secretsmanager:GetSecretValue", secret)
    for group in ("database_main", "database_main_proxy"):
        rule = rds.resource(f"aws_vpc_security_group_egress_rule.function_export_to_{group}")
        assert rule["referenced_security_group_id"] == f"${{aws_security_group.{group}.id}}"


def test_function_logs_in_to_its_cache_as_the_app_user(events: Template) -> None:
    role = statements_of(events, "function_worker")
    users = f"arn:aws:elasticache:us-east-1:{ACCOUNT}:user:mobile-events-ranking"
    assert allows(role, "elasticache:Connect", "${aws_elasticache_replication_group.cache_ranking.arn}")
    assert allows(role, "elasticache:Connect", f"{users}-app")
    assert not allows(role, "elasticache:Connect", f"{users}-default")
    assert not allows(statements_of(events, "function_reader"), "elasticache:Connect", f"{users}-app")


@pytest.mark.parametrize(("function", "machine"), [("worker", "arm64"), ("reader", "x86_64")])
def test_function_architecture_and_limits_are_set(events: Template, function: str, machine: str) -> None:
    built = events.resource(f"aws_lambda_function.function_{function}")
    assert built["architectures"] == [machine]
    if function == "reader":
        assert (built["runtime"], built["reserved_concurrent_executions"]) == ("python3.12", 5)
        assert built["ephemeral_storage"] == {"size": 1024}


def test_function_without_tracing_may_not_send_traces(events: Template) -> None:
    assert events.resource("aws_lambda_function.function_quiet")["tracing_config"] == {"mode": "PassThrough"}
    assert "Traces" not in statements(events, "function_quiet")
    assert "Traces" in statements(events, "function_worker")


def test_code_of_a_pipeline_is_a_placeholder_that_terraform_then_ignores(events: Template) -> None:
    function = events.resource("aws_lambda_function.function_orders")
    assert function["publish"] is True
    assert function["lifecycle"] == {"ignore_changes": ["filename", "source_code_hash", "architectures"]}
    assert function["handler"] == "orders/app.handler"
    with zipfile.ZipFile(events.folder / function["filename"]) as archive:
        assert archive.namelist() == ["orders/app.py"]
        code: dict[str, Any] = {}
        exec(archive.read("orders/app.py"), code)
    with pytest.raises(RuntimeError, match="release-function orders --env events"):
        code["handler"]({}, None)
    worker = events.resource("aws_lambda_function.function_worker")
    assert "publish" not in worker and "lifecycle" not in worker


def test_everything_invokes_the_alias_of_a_pipelines_function(events: Template) -> None:
    arn, name = "${aws_lambda_alias.function_orders.arn}", "${aws_lambda_alias.function_orders.name}"
    function = "${aws_lambda_function.function_orders.arn}"
    alias = events.resource("aws_lambda_alias.function_orders")
    assert (alias["name"], alias["function_version"]) == ("live", "${aws_lambda_function.function_orders.version}")
    assert alias["lifecycle"] == {"ignore_changes": ["function_version", "routing_config", "description"]}
    mapping = events.resource("aws_lambda_event_source_mapping.function_orders_on_queue_orders")
    subscription = events.resource("aws_sns_topic_subscription.function_orders_on_topic_news")
    schedule = events.resource("aws_scheduler_schedule.function_orders_hourly")
    assert [mapping["function_name"], subscription["endpoint"], schedule["target"]["arn"]] == [arn] * 3
    assert statements(events, "function_orders_schedule")["Invoke"]["Resource"] == [arn]
    (notified,) = events.resource("aws_s3_bucket_notification.bucket_orders")["lambda_function"]
    assert notified["lambda_function_arn"] == f"{function}:{name}"
    permissions = ("function_orders_topic_news", "bucket_orders_orders_incoming")
    for permission in (events.resource(f"aws_lambda_permission.{each}") for each in permissions):
        assert (permission["function_name"], permission["qualifier"]) == (function, name)
    assert events.resource("aws_lambda_function_event_invoke_config.function_orders")["qualifier"] == name
    provisioned = events.resource("aws_lambda_provisioned_concurrency_config.function_orders")
    assert (provisioned["qualifier"], provisioned["provisioned_concurrent_executions"]) == (name, 2)
    assert "qualifier" not in events.resource("aws_lambda_function_event_invoke_config.function_worker")
