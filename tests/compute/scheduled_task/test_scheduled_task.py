"""Scheduled tasks in the synthesized JSON."""

import json
from pathlib import Path

from tests.compute.service.test_service import container
from tests.compute.service.test_settings import PREREQUISITES, service
from tests.support.environments import DEV
from tests.support.stacks import stack_of
from tests.support.template import Template

FAMILY = "arn:aws:ecs:ap-northeast-2:333333333333:task-definition/agora-prod-api"


def test_scheduled_task_of_a_service_runs_its_latest_revision_with_its_own_command(prod: Template) -> None:
    schedule = prod.resource("aws_scheduler_schedule.scheduled_task_report")
    assert (schedule["schedule_expression"], schedule["schedule_expression_timezone"], schedule["state"]) == (
        "cron(0 5 * * ? *)",
        "Asia/Seoul",
        "ENABLED",
    )
    target = schedule["target"]
    assert target["arn"] == "arn:aws:ecs:ap-northeast-2:333333333333:cluster/agora-prod-main"
    assert target["ecs_parameters"]["task_definition_arn"] == FAMILY
    assert json.loads(target["input"]) == {
        "containerOverrides": [
            {"name": "api", "command": ["python", "-m", "agora.report", "--day", "yesterday"]},
        ]
    }
    assert set(prod.resources("aws_ecs_task_definition")) == {"service_api"}
    assert "aws_ecs_task_definition.service_api" in schedule["depends_on"]


def test_scheduled_task_of_a_service_uses_its_network_and_capacity(prod: Template) -> None:
    parameters = prod.resource("aws_scheduler_schedule.scheduled_task_report")["target"]["ecs_parameters"]
    found = prod.resource("aws_ecs_service.service_api")
    assert parameters["network_configuration"] == found["network_configuration"]
    assert parameters["capacity_provider_strategy"] == found["capacity_provider_strategy"]
    assert parameters["propagate_tags"] == "TASK_DEFINITION"


def test_failed_invocation_is_retried_and_kept_in_dead_letter_queue(prod: Template, tasks: Template) -> None:
    target = prod.resource("aws_scheduler_schedule.scheduled_task_report")["target"]
    assert target["retry_policy"] == {"maximum_event_age_in_seconds": 3600, "maximum_retry_attempts": 5}
    assert target["dead_letter_config"] == {"arn": "${aws_sqs_queue.scheduled_task_report.arn}"}
    queue = prod.resource("aws_sqs_queue.scheduled_task_report")
    assert queue["message_retention_seconds"] == 1209600
    assert queue["kms_master_key_id"] == "${aws_kms_key.foundation_messages_key.arn}"
    target = tasks.resource("aws_scheduler_schedule.scheduled_task_clean_up")["target"]
    assert target["retry_policy"]["maximum_retry_attempts"] == 0
    assert "dead_letter_config" not in target


def test_scheduled_task_with_own_image_has_own_definition_and_role(tasks: Template) -> None:
    schedule = tasks.resource("aws_scheduler_schedule.scheduled_task_clean_up")
    assert schedule["flexible_time_window"] == {"mode": "FLEXIBLE", "maximum_window_in_minutes": 30}
    assert "input" not in schedule["target"]
    clean_up = container(tasks, "scheduled_task_clean_up")
    assert clean_up["entryPoint"] == ["/bin/sh", "-c"]
    assert clean_up["command"] == ["find /data -mtime +7 -delete"]
    assert "portMappings" not in clean_up
    definition = tasks.resource("aws_ecs_task_definition.scheduled_task_clean_up")
    assert definition["family"] == "mobile-tasks-scheduled-task-clean-up"
    assert definition["task_role_arn"] == "${aws_iam_role.scheduled_task_clean_up_task.arn}"


def test_schedule_without_image_is_disabled(tmp_path: Path) -> None:
    lines = ('schedule_expression = "rate(1 hour)"', 'command = ["x"]')
    of_service = service('service = "api"', *lines, label="report", kind="scheduled_task", image="")
    independent = service(*lines, label="clean", kind="scheduled_task", image="")
    template = stack_of(tmp_path, DEV + PREREQUISITES + service(image="") + of_service + independent)
    states = {name: each["state"] for name, each in template.resources("aws_scheduler_schedule").items()}
    assert states == {"scheduled_task_report": "DISABLED", "scheduled_task_clean": "DISABLED"}
