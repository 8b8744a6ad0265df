"""Scheduled tasks: what stands in the JSON that production applies."""

import json
from pathlib import Path

from tests.compute.service.test_service import container
from tests.compute.service.test_settings import GROUND, service
from tests.support.environments import DEV
from tests.support.stacks import stack_of
from tests.support.template import Template

FAMILY = "arn:aws:ecs:ap-northeast-2:333333333333:task-definition/agora-prod-api"


def test_it_runs_the_services_newest_revision_with_its_own_command(prod: Template) -> None:
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


def test_it_runs_where_the_service_does(prod: Template) -> None:
    parameters = prod.resource("aws_scheduler_schedule.scheduled_task_report")["target"]["ecs_parameters"]
    found = prod.resource("aws_ecs_service.service_api")
    assert parameters["network_configuration"] == found["network_configuration"]
    assert parameters["capacity_provider_strategy"] == found["capacity_provider_strategy"]
    assert parameters["propagate_tags"] == "TASK_DEFINITION"


def test_what_could_not_be_started_is_tried_again_and_kept(prod: Template, tasks: Template) -> None:
    target = prod.resource("aws_scheduler_schedule.scheduled_task_report")["target"]
    assert target["retry_policy"] == {"maximum_event_age_in_seconds": 3600, "maximum_retry_attempts": 5}
    assert target["dead_letter_config"] == {"arn": "${aws_sqs_queue.scheduled_task_report.arn}"}
    queue = prod.resource("aws_sqs_queue.scheduled_task_report")
    assert queue["message_retention_seconds"] == 1209600
    assert queue["kms_master_key_id"] == "${aws_kms_key.foundation_messages_key.arn}"
    target = tasks.resource("aws_scheduler_schedule.scheduled_task_clean_up")["target"]
    assert target["retry_policy"]["maximum_retry_attempts"] == 0
    assert "dead_letter_config" not in target


def test_one_on_an_image_of_its_own_has_its_own_definition_and_rights(tasks: Template) -> None:
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


def test_nothing_runs_before_the_first_image(tmp_path: Path) -> None:
    lines = ('schedule = "rate(1 hour)"', 'command = ["x"]')
    by_service = service('service = "api"', *lines, label="report", kind="scheduled_task", image="")
    by_itself = service(*lines, label="clean", kind="scheduled_task", image="")
    template = stack_of(tmp_path, DEV + GROUND + service(image="") + by_service + by_itself)
    states = {name: each["state"] for name, each in template.resources("aws_scheduler_schedule").items()}
    assert states == {"scheduled_task_report": "DISABLED", "scheduled_task_clean": "DISABLED"}
