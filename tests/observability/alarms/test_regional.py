"""Synthesized alarms: what they watch, whom they notify, and which ones suppress others."""

import json
import re
import shutil
from pathlib import Path

import pytest

from ops.workspace import stack_folder
from tests.conftest import REFERENCE, Synthesize
from tests.support.template import Template

METRIC, COMPOSITE = "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"


def children(prod: Template, name: str) -> list[str]:
    """Return the addresses of the alarms in a composite alarm's rule."""
    rule = prod.resource(f"{COMPOSITE}.{name}")["alarm_rule"]
    found = re.findall(r'ALARM\("\$\{([a-z_0-9.]+)\.alarm_name\}"\)', rule)
    assert rule.count("ALARM(") == len(found)
    return [address.split(".")[1] for address in found]


def suppressor(prod: Template, name: str) -> str:
    return str(prod.resource(f"{COMPOSITE}.{name}")["actions_suppressor"]["alarm"])


def test_expression_reads_all_of_its_metrics(prod: Template) -> None:
    alarm = prod.resource(f"{METRIC}.alarm_load_balancer_public_error_percent")
    *metrics, result = alarm["metric_query"]
    assert [(each["id"], each["metric"]["metric_name"], each["metric"]["stat"]) for each in metrics] == [
        ("requests", "RequestCount", "Sum"),
        ("elb_errors", "HTTPCode_ELB_5XX_Count", "Sum"),
        ("target_errors", "HTTPCode_Target_5XX_Count", "Sum"),
    ]
    assert result["return_data"] is True
    assert result["expression"].startswith("IF((FILL(requests, 0) + FILL(elb_errors, 0)) >= 20, 100 * ")
    assert (alarm["threshold"], alarm["comparison_operator"]) == (5, "GreaterThanThreshold")


def test_worst_node_of_a_cache_counts(prod: Template) -> None:
    *nodes, result = prod.resource(f"{METRIC}.alarm_cache_sessions_memory_percent")["metric_query"]
    assert [each["metric"]["dimensions"] for each in nodes] == [
        {"CacheClusterId": "agora-prod-sessions-001"},
        {"CacheClusterId": "agora-prod-sessions-002"},
    ]
    assert result["expression"] == "MAX([memory_1, memory_2])"


def test_alarms_of_several_data_points_need_them_all_by_default(prod: Template) -> None:
    cpu = prod.resource(f"{METRIC}.alarm_database_main_cpu_percent")
    assert (cpu["evaluation_periods"], cpu["datapoints_to_alarm"], cpu["period"]) == (15, 15, 60)
    latency = prod.resource(f"{METRIC}.alarm_load_balancer_public_p99_seconds")
    assert (latency["evaluation_periods"], latency["datapoints_to_alarm"]) == (15, 10)


def test_every_alarm_notifies_its_topic_or_is_in_a_composite_alarm_that_does(prod: Template) -> None:
    notified = {f"${{aws_sns_topic.topic_alarms_{severity}.arn}}" for severity in ("critical", "warning")}
    notified |= {topic.replace(".arn", "_us_east_1.arn") for topic in notified}
    combined = {child for name in prod.resources(COMPOSITE) for child in children(prod, name)}
    for kind in (METRIC, COMPOSITE):
        for name, alarm in prod.resources(kind).items():
            if not name.startswith("alarm_") or name in combined:
                continue
            assert alarm["alarm_actions"] == alarm["ok_actions"], name
            assert set(alarm["alarm_actions"]) <= notified, name
            assert alarm["depends_on"] == [alarm["alarm_actions"][0][2:-5].replace("topic.", "topic_policy.")], name


def test_critical_alarms_of_a_block_are_one_message(prod: Template) -> None:
    assert children(prod, "alarm_service_api_critical") == [
        "alarm_service_api_healthy_targets",
        "alarm_service_api_missing_tasks",
    ]
    for name in children(prod, "alarm_service_api_critical"):
        assert "alarm_actions" not in prod.resource(f"{METRIC}.{name}")


def test_alarm_that_lasts_notifies_by_itself(prod: Template) -> None:
    dead = prod.resource(f"{METRIC}.alarm_queue_push_mobile_dead_letters")
    assert dead["alarm_actions"] == ["${aws_sns_topic.topic_alarms_warning.arn}"]
    assert "alarm_queue_push_mobile_dead_letters" not in children(prod, "alarm_queue_push_mobile_warning")


def test_alarm_is_suppressed_by_that_of_its_cause(prod: Template) -> None:
    assert "alarm_database_main_connections_percent" in suppressor(prod, "alarm_service_api_critical")
    assert "alarm_service_api_critical" in suppressor(prod, "alarm_load_balancer_public_critical")
    assert "alarm_load_balancer_public_critical" in suppressor(prod, "alarm_load_balancer_public_warning")


def test_several_causes_are_combined_for_the_suppressor(synthesize: Synthesize, tmp_path: Path) -> None:
    text = (REFERENCE / "prod.hcl").read_text()
    shutil.copytree(REFERENCE / "accounts", tmp_path / "accounts", ignore=shutil.ignore_patterns("development.hcl"))
    second = text[text.index('database "main" {') : text.index("cache ")].replace('"main"', '"other"')
    text = text.replace("databases = { main =", 'databases = { other = "read_write", main =')
    (tmp_path / "prod.hcl").write_text(text + second)
    stack = Template(stack_folder(synthesize(tmp_path), "prod"))
    assert "alarm_service_api_causes" in suppressor(stack, "alarm_service_api_critical")
    assert children(stack, "alarm_service_api_causes") == [
        "alarm_database_other_connections_percent",
        "alarm_database_main_connections_percent",
    ]
    assert "alarm_actions" not in stack.resource(f"{COMPOSITE}.alarm_service_api_causes")


def test_alarms_can_be_removed_after_the_composite_alarm_forgets_them(prod: Template) -> None:
    """CloudWatch deletes no alarm that a composite alarm uses."""
    for kind in (METRIC, COMPOSITE):
        for name, alarm in prod.resources(kind).items():
            if name.startswith("alarm_"):
                assert alarm["lifecycle"]["create_before_destroy"] is True, name


def test_composite_alarm_is_never_replaced_by_one_of_the_same_name(prod: Template) -> None:
    """The provider replaces it if somebody disabled its actions, and would then delete the replacement."""
    for name, alarm in prod.resources(COMPOSITE).items():
        assert alarm["lifecycle"]["ignore_changes"] == ["actions_enabled"], name


def test_alarm_on_lost_alarms_is_critical_and_sent_by_email(prod: Template) -> None:
    lost = prod.resource(f"{METRIC}.alarm_function_slack_alarm_failed_events")
    assert lost["alarm_actions"] == ["${aws_sns_topic.topic_alarms_critical.arn}"]
    other = prod.resource(f"{METRIC}.alarm_function_thumbnail_failed_events")
    assert other["alarm_actions"] == ["${aws_sns_topic.topic_alarms_warning.arn}"]
    email = prod.resource("aws_sns_topic_subscription.alarm_email_on-call_at_agora__example".replace("-", "_"))
    assert (email["protocol"], email["endpoint"]) == ("email", "on-call@agora.example")
    assert email["topic_arn"] == "${aws_sns_topic.topic_alarms_critical.arn}"


def test_alarms_on_cloudfront_are_in_us_east_1_with_topics_of_their_own(prod: Template) -> None:
    site = prod.resource(f"{METRIC}.alarm_site_www_error_percent_us_east_1")
    assert site["provider"] == "aws.us-east-1"
    assert site["alarm_actions"] == ["${aws_sns_topic.topic_alarms_critical_us_east_1.arn}"]
    topic = prod.resource("aws_sns_topic.topic_alarms_critical_us_east_1")
    assert topic["provider"] == "aws.us-east-1"
    assert topic["kms_master_key_id"] == "${aws_kms_key.foundation_messages_us_east_1_key.arn}"
    subscription = prod.resource("aws_sns_topic_subscription.function_slack_alarm_on_topic_alarms_critical_us_east_1")
    assert subscription["provider"] == "aws.us-east-1"
    assert subscription["endpoint"] == "${aws_lambda_function.function_slack_alarm.arn}"
    _, publishers = prod.policy("aws_sns_topic_policy.topic_alarms_critical_us_east_1")
    assert publishers["Condition"]["ArnLike"] == {"aws:SourceArn": "arn:aws:cloudwatch:us-east-1:333333333333:*"}


def test_description_ends_with_the_link_to_the_runbook(prod: Template) -> None:
    page = "https://gitlab.com/community/groundwork/-/blob/main/docs/runbooks/alarms.md"
    description = prod.resource(f"{METRIC}.alarm_database_main_cpu_percent")["alarm_description"]
    assert description.startswith("database main: CPU utilization of the busiest instance")
    assert description.endswith(f"\nRunbook: {page}#database-cpu_percent")
    assert len(description) <= 1024
    combined = prod.resource(f"{COMPOSITE}.alarm_service_api_critical")["alarm_description"]
    assert (
        combined
        == f"service api: one or more of healthy_targets, missing_tasks.\nRunbook: {page}#alarms-of-service-blocks"
    )
    assert prod.resource("aws_lambda_function.function_slack_alarm")["environment"]["variables"]["RUNBOOKS"] == page


@pytest.mark.parametrize(
    ("event", "severity"),
    [("deployment_failed", "warning"), ("backup_failed", "warning"), ("key_deletion", "critical")],
)
def test_rule_sends_events_to_the_topic_of_their_severity(prod: Template, event: str, severity: str) -> None:
    target = prod.resource(f"aws_cloudwatch_event_target.alarm_event_{event}")
    assert target["arn"] == f"${{aws_sns_topic.topic_alarms_{severity}.arn}}"
    assert target["rule"] == f"${{aws_cloudwatch_event_rule.alarm_event_{event}.name}}"


def test_events_are_those_of_the_environment(prod: Template, dev: Template) -> None:
    def pattern(stack: Template, name: str) -> str:
        return str(stack.resource(f"aws_cloudwatch_event_rule.alarm_event_{name}")["event_pattern"])

    failed = json.loads(pattern(prod, "deployment_failed"))
    assert failed["resources"] == [{"prefix": "arn:aws:ecs:ap-northeast-2:333333333333:service/agora-prod-"}]
    for name in ("deployment_failed", "task_failed", "database_failover"):
        assert "agora-prod-" in pattern(prod, name)
        assert "agora-dev-" in pattern(dev, name)
    rules = prod.resources("aws_cloudwatch_event_rule")
    assert "alarm_event_spot_interruption" not in rules, "there are no instances"
