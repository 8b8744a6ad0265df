"""FIS: experiments act on their targets, are stopped by alarms, and end."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from local_aws import fis
from local_aws.fis import advance, seconds
from tests.local_aws.alarms import Client, Inbox, put, put_alarm
from tests.local_aws.conftest import ACCOUNT, REGION

ROLE = f"arn:aws:iam::{ACCOUNT}:role/fis"


@pytest.fixture
def name() -> str:
    return f"x{uuid4().hex[:12]}"


def alarm_arn(name: str) -> str:
    return f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"


def template(client: Client, action: str, target: dict[str, Any], key: str, alarm: str = "", **parameters: str) -> str:
    stop = {"source": "aws:cloudwatch:alarm", "value": alarm_arn(alarm)} if alarm else {"source": "none"}
    created = client("fis").create_experiment_template(
        description="a test",
        roleArn=ROLE,
        stopConditions=[stop],
        targets={"target": {"selectionMode": "ALL", **target}},
        actions={
            "fault": {"actionId": action, "parameters": parameters, "targets": {key: "target"}},
            "watch": {"actionId": "aws:fis:wait", "parameters": {"duration": "PT5M"}, "startAfter": ["fault"]},
        }
        if "duration" not in parameters
        else {"fault": {"actionId": action, "parameters": parameters, "targets": {key: "target"}}},
    )
    return str(created["experimentTemplate"]["id"])


def started(client: Client, template: str) -> dict[str, Any]:
    return dict(client("fis").start_experiment(experimentTemplateId=template)["experiment"])


def state(client: Client, experiment: dict[str, Any]) -> tuple[str, str]:
    found = client("fis").get_experiment(id=experiment["id"])["experiment"]["state"]
    return found["status"], found["reason"]


@pytest.fixture
def service(client: Client, name: str) -> str:
    ecs = client("ecs")
    ecs.create_cluster(clusterName=name)
    container = {"name": "web", "image": "web", "memory": 128}
    ecs.register_task_definition(family=name, containerDefinitions=[container])
    ecs.create_service(cluster=name, serviceName=name, taskDefinition=name, desiredCount=3)
    return name


def tasks(service: str) -> dict[str, Any]:
    return {"resourceType": "aws:ecs:task", "parameters": {"cluster": service, "service": service}}


def events_of(client: Client, service: str) -> list[str]:
    (found,) = client("ecs").describe_services(cluster=service, services=[service])["services"]
    return [each["message"] for each in found["events"] if "has stopped" in each["message"]]


def test_chosen_tasks_are_stopped_and_the_experiment_goes_on(client: Client, service: str) -> None:
    chosen = {**tasks(service), "selectionMode": "COUNT(2)"}
    experiment = started(client, template(client, "aws:ecs:stop-task", chosen, "Tasks"))
    assert len(events_of(client, service)) == 2
    assert state(client, experiment)[0] == "running"


def test_percentage_is_rounded_down(client: Client, service: str) -> None:
    chosen = {**tasks(service), "selectionMode": "PERCENT(50)"}
    started(client, template(client, "aws:ecs:stop-task", chosen, "Tasks"))
    assert len(events_of(client, service)) == 1


def test_experiment_without_targets_fails(client: Client, service: str) -> None:
    chosen = {**tasks(service), "selectionMode": "PERCENT(10)"}
    experiment = started(client, template(client, "aws:ecs:stop-task", chosen, "Tasks"))
    assert state(client, experiment) == ("failed", "Target resolution returned empty set")


def test_alarm_stops_the_experiment_and_restores_the_network(client: Client, name: str) -> None:
    ec2, cloudwatch = client("ec2"), client("cloudwatch")
    subnet = ec2.describe_subnets()["Subnets"][0]
    before = _network_acl(ec2, subnet["SubnetId"])
    put_alarm(cloudwatch, name)
    target = {"resourceType": "aws:ec2:subnet", "resourceArns": [subnet["SubnetArn"]]}
    action = "aws:network:disrupt-connectivity"
    id = template(client, action, target, "Subnets", name, scope="all", duration="PT5M")
    experiment = started(client, id)
    during = _network_acl(ec2, subnet["SubnetId"])
    assert during["NetworkAclId"] != before["NetworkAclId"]
    assert (during["Entries"], during["Tags"]) == ([], [{"Key": "managedByFIS", "Value": "true"}])
    put(cloudwatch, name, 9)
    assert state(client, experiment) == ("stopped", "Experiment halted by stop condition.")
    assert _network_acl(ec2, subnet["SubnetId"])["NetworkAclId"] == before["NetworkAclId"]
    assert during["NetworkAclId"] not in {each["NetworkAclId"] for each in ec2.describe_network_acls()["NetworkAcls"]}


def test_request_stops_the_experiment(client: Client, service: str) -> None:
    experiment = started(client, template(client, "aws:ecs:stop-task", tasks(service), "Tasks"))
    client("fis").stop_experiment(id=experiment["id"])
    assert state(client, experiment)[0] == "stopped"


def test_end_is_an_event(client: Client, service: str, name: str) -> None:
    inbox, events = Inbox(client, name), client("events")
    experiment = started(client, template(client, "aws:ecs:stop-task", tasks(service), "Tasks"))
    pattern = f'{{"source": ["aws.fis"], "detail": {{"experiment-id": ["{experiment["id"]}"]}}}}'
    events.put_rule(Name=name, EventPattern=pattern)
    events.put_targets(Rule=name, Targets=[{"Id": "topic", "Arn": inbox.topic}])
    client("fis").stop_experiment(id=experiment["id"])
    (event,) = inbox.read()
    assert (event["detail-type"], event["detail"]["new-state"]["status"]) == ("FIS Experiment State Change", "stopped")


def test_action_that_is_not_emulated_fails_the_experiment(client: Client) -> None:
    target = {"resourceType": "aws:iam:role", "resourceArns": [ROLE]}
    parameters = {"service": "kinesis", "operations": "PutRecord", "percentage": "100", "duration": "PT5M"}
    id = template(client, "aws:fis:inject-api-throttle-error", target, "Roles", **parameters)
    status, reason = state(client, started(client, id))
    assert status == "failed"
    assert "is not emulated" in reason


@pytest.mark.parametrize(
    ("action", "key", "parameters", "message"),
    [
        ("aws:ecs:stop-tasks", "Tasks", {}, "aws:ecs:stop-tasks is not an action that is known here"),
        ("aws:ecs:stop-task", "Instances", {}, "the target Tasks is not of type aws:ecs:task"),
        ("aws:network:disrupt-connectivity", "Subnets", {"duration": "PT5M"}, "the parameter scope is missing"),
        (
            "aws:network:disrupt-connectivity",
            "Subnets",
            {"duration": "PT30S", "scope": "all"},
            "the duration PT30S is not from one minute to 12 hours",
        ),
    ],
)
def test_template_that_fis_rejects_is_rejected(
    client: Client, action: str, key: str, parameters: dict[str, str], message: str
) -> None:
    target = {"resourceType": "aws:ecs:task", "resourceArns": [f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/a/b"]}
    with pytest.raises(ClientError, match=message):
        template(client, action, target, key, **parameters)


@pytest.mark.parametrize(
    ("duration", "expected"),
    [("PT1M", 60), ("PT1H30M", 5400), ("PT12H", 43_200), ("PT59S", None), ("PT13H", None), ("5 minutes", None)],
)
def test_durations_are_those_of_fis(duration: str, expected: int | None) -> None:
    assert seconds(duration) == expected


def test_experiment_is_completed_after_its_last_action(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fis, "emit", lambda *_, **__: None)
    experiment = SimpleNamespace(
        account_id=ACCOUNT,
        region_name=REGION,
        id="EXP1",
        arn="arn",
        experiment_template_id="EXT1",
        status="pending",
        targets={},
        actions={"watch": {"actionId": "aws:fis:wait", "parameters": {"duration": "PT5M"}}},
        stop_conditions=[{"source": "none"}],
        TERMINAL_STATUSES=("completed", "stopped", "failed"),
    )
    fis.begin(experiment, now=1000)
    advance(experiment, now=1299)
    assert experiment.status == "running"
    advance(experiment, now=1300)
    assert (experiment.status, experiment.end_time) == ("completed", 1300)


def _network_acl(ec2: Any, subnet: str) -> dict[str, Any]:
    filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
    (found,) = ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
    return dict(found)
