"""Synthesized experiment templates, roles, and stop alarms."""

import json
from typing import Any

import pytest

from ops.workspace import stack_folder
from tests.conftest import Synthesize
from tests.support.environments import ALARMS, DEV, write
from tests.support.template import Template

TEMPLATE = "aws_fis_experiment_template.experiment"
ACCOUNT = "222222222222"


def actions(template: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return the parameters of each action, by its ID."""
    return {
        each["action_id"]: {found["key"]: found["value"] for found in each.get("parameter") or ()}
        for each in template["action"]
    }


def target(template: dict[str, Any]) -> dict[str, Any]:
    (found,) = template["target"]
    return dict(found)


def statements(stack: Template, name: str) -> dict[str, dict[str, Any]]:
    return {each["Sid"]: each for each in stack.policy(f"aws_iam_role_policy.experiment_{name}")}


def test_stopped_tasks_are_those_of_the_service(staging: Template) -> None:
    template = staging.resource(f"{TEMPLATE}_one_task_lost")
    assert target(template)["parameters"] == {"cluster": "agora-staging-main", "service": "agora-staging-api"}
    assert target(template)["selection_mode"] == "COUNT(1)"
    stop = statements(staging, "one_task_lost")["Stop"]
    assert stop["Resource"] == [f"arn:aws:ecs:ap-northeast-2:{ACCOUNT}:task/agora-staging-main/*"]
    assert stop["Condition"] == {"StringEquals": {"aws:ResourceTag/aws:ecs:serviceName": "agora-staging-api"}}


def test_fault_that_happens_once_is_watched_for_the_duration(staging: Template) -> None:
    template = staging.resource(f"{TEMPLATE}_one_task_lost")
    assert actions(template) == {"aws:ecs:stop-task": {}, "aws:fis:wait": {"duration": "PT5M"}}
    (_, watch) = template["action"]
    assert watch["start_after"] == ["fault"]


def test_zone_loses_the_connections_of_all_its_subnets(staging: Template) -> None:
    template = staging.resource(f"{TEMPLATE}_zone_lost")
    assert actions(template) == {"aws:network:disrupt-connectivity": {"scope": "all", "duration": "PT10M"}}
    subnets = [
        f"arn:aws:ec2:ap-northeast-2:{ACCOUNT}:subnet/${{aws_subnet.network_{tier}_a.id}}"
        for tier in ("public", "app", "data", "endpoint")
    ]
    assert target(template)["resource_arns"] == subnets
    assert statements(staging, "zone_lost")["ReplaceList"]["Resource"] == subnets


def test_aurora_fails_over_and_rds_reboots_with_failover(staging: Template, corporate: Template) -> None:
    aurora, rds = staging.resource(f"{TEMPLATE}_writer_lost"), corporate.resource(f"{TEMPLATE}_standby_promoted")
    assert "aws:rds:failover-db-cluster" in actions(aurora)
    assert target(aurora)["resource_arns"][0].endswith("cluster:${aws_rds_cluster.database_main.cluster_identifier}")
    assert actions(rds)["aws:rds:reboot-db-instances"] == {"forceFailover": "true"}
    assert target(rds)["resource_arns"][0].endswith("db:${aws_db_instance.database_legacy_1.identifier}")


def test_terminated_instances_have_the_name_of_the_launch_template(events: Template) -> None:
    found = target(events.resource(f"{TEMPLATE}_instance_lost"))
    name = events.resource("aws_launch_template.ecs_night")["tag_specifications"][0]["tags"]["Name"]
    assert found["resource_tag"] == [{"key": "Name", "value": name}]
    assert found["filter"] == [
        {"path": "State.Name", "values": ["running"]},
        {"path": "Placement.AvailabilityZone", "values": [f"{events.json['provider']['aws'][0]['region']}c"]},
    ]
    assert found["selection_mode"] == "PERCENT(50)"
    condition = statements(events, "instance_lost")["Terminate"]["Condition"]
    assert condition == {"StringEquals": {"aws:ResourceTag/Name": name}}


def test_terminated_nodes_are_those_of_the_group(mobile: Template) -> None:
    template = mobile.resource(f"{TEMPLATE}_nodes_lost")
    assert target(template)["resource_arns"] == ["${aws_eks_node_group.eks_blue_general.arn}"]
    assert actions(template)["aws:eks:terminate-nodegroup-instances"] == {"instanceTerminationPercentage": "34"}
    name = mobile.resource("aws_launch_template.eks_blue_general")["tag_specifications"][0]["tags"]["Name"]
    condition = statements(mobile, "nodes_lost")["Terminate"]["Condition"]
    assert condition == {"StringEquals": {"aws:ResourceTag/Name": name}}


def test_stop_alarm_needs_one_bad_minute_and_notifies_nobody(staging: Template) -> None:
    name = "alarm_experiment_one_task_lost_load_balancer_public_error_percent"
    fast, usual = (
        staging.resource(f"aws_cloudwatch_metric_alarm.{each}")
        for each in (name, "alarm_load_balancer_public_error_percent")
    )
    assert (fast["evaluation_periods"], fast["datapoints_to_alarm"], fast["threshold"]) == (1, 1, 5)
    assert usual["evaluation_periods"] == 5
    assert "alarm_actions" not in fast
    stops = staging.resource(f"{TEMPLATE}_one_task_lost")["stop_condition"]
    assert [each["source"] for each in stops] == ["aws:cloudwatch:alarm"] * 2
    assert stops[0]["value"] == f"${{aws_cloudwatch_metric_alarm.{name}.arn}}"


def test_experiments_do_not_run_with_too_few_targets_or_in_other_accounts(staging: Template) -> None:
    for template in staging.resources("aws_fis_experiment_template").values():
        assert template["experiment_options"] == {
            "account_targeting": "single-account",
            "empty_target_resolution_mode": "fail",
        }


def test_only_experiments_of_this_account_assume_the_role(staging: Template) -> None:
    for name, role in staging.resources("aws_iam_role").items():
        if name.startswith("experiment_"):
            (trust,) = json.loads(role["assume_role_policy"])["Statement"]
            assert trust["Principal"] == {"Service": "fis.amazonaws.com"}
            assert trust["Condition"] == {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": f"arn:aws:fis:ap-northeast-2:{ACCOUNT}:experiment/*"},
            }


def test_log_group_has_the_retention_of_the_tier(staging: Template) -> None:
    log_group = staging.resource("aws_cloudwatch_log_group.foundation_experiments_log_group")
    assert (log_group["name"], log_group["retention_in_days"]) == ("/agora/staging/experiments", 90)
    logs = staging.resource(f"{TEMPLATE}_one_task_lost")["log_configuration"]
    assert logs["cloudwatch_logs_configuration"]["log_group_arn"].endswith(":log-group:/agora/staging/experiments:*")


#: A service whose tasks have an SSM agent, a database that it uses, and a stream.
SERVICE = f"""\
{DEV.replace("development", "staging")}{ALARMS}
stream "clicks" {{}}
repository "api" {{}}
ecs "main" {{}}
database "main" {{
  login          = "master"
  engine         = "aurora-mysql"
  engine_version = "8.0.mysql_aurora.3.10.6"
  instance_class = "db.r7g.large"
}}
service "api" {{
  image     = "api:1.0.0"
  streams   = ["clicks"]
  databases = {{ main = "read_write" }}
  fault_injection {{
    image = "public.ecr.aws/amazon-ssm-agent/amazon-ssm-agent:3.2.2222.0"
  }}
}}
"""


ERRORS = ("internal", "throttle", "unavailable")


def experiment(label: str, fault: str) -> str:
    return f"""\
experiment "{label}" {{
  hypothesis = "If every second call is slow or fails, no record is lost."
  {fault}
  steady_state {{
    service "api" {{ cpu_percent = 95 }}
  }}
}}
"""


@pytest.fixture(scope="module")
def stack(synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A stack with the experiments that the committed environments do not have."""
    text = SERVICE + experiment(
        "slow", 'slow_database {\n service = "api"\n database = "main"\n delay_milliseconds = 300\n}'
    )
    for error in ERRORS:
        lines = ['service = "api"', f'error = "{error}"', 'operations = ["PutRecords"]', "percent = 50"]
        text += experiment(error, "\n".join(["api_errors {", *lines, "}"]))
    folder = write(tmp_path_factory.mktemp("experiments"), {"test": text})
    return Template(stack_folder(synthesize(folder), "test"))


@pytest.mark.parametrize("error", ERRORS)
def test_api_errors_are_those_of_the_services_role(stack: Template, error: str) -> None:
    template = stack.resource(f"{TEMPLATE}_{error}")
    assert target(template)["resource_arns"] == ["${aws_iam_role.service_api_task.arn}"]
    assert actions(template) == {
        f"aws:fis:inject-api-{error}-error": {
            "service": "kinesis",
            "operations": "PutRecords",
            "percentage": "50",
            "duration": "PT5M",
        }
    }
    inject = statements(stack, error)["Inject"]
    assert inject["Action"] == [f"fis:InjectApi{error.capitalize()}Error"]
    assert inject["Condition"] == {"StringEquals": {"fis:Service": "kinesis"}}


def test_only_packets_to_the_database_are_late(stack: Template) -> None:
    parameters = actions(stack.resource(f"{TEMPLATE}_slow"))["aws:ecs:task-network-latency"]
    assert parameters == {
        "delayMilliseconds": "300",
        "jitterMilliseconds": "10",
        "flowsPercent": "100",
        "sources": "main.db.test.internal",
        "useEcsFaultInjectionEndpoints": "true",
        "duration": "PT5M",
    }
    condition = statements(stack, "slow")["RunInTasks"]["Condition"]
    assert condition == {"StringEquals": {"aws:ResourceTag/FAULT_INJECTION_SIDECAR": "true"}}
