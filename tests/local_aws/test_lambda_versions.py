"""Lambda: versions keep their code, aliases invoke the version that they name, and each qualifier has its settings."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from modules.events.function.packaging import write_zip
from tests.local_aws.functions import deploy, printed

Client = Callable[[str], Any]

pytestmark = pytest.mark.usefixtures("function_role")


def answering(value: str) -> str:
    return (
        "import json\ndef handler(event, context):\n"
        f"    print(json.dumps({{'code': {value!r}, 'version': context.function_version}}))\n"
        f"    return [{value!r}, context.function_version, context.invoked_function_arn.rpartition(':')[2]]\n"
    )


@pytest.fixture
def name(client: Client) -> str:
    """A function with version 1, which the alias `live` names, and version 2."""
    name = f"f{uuid4().hex[:12]}"
    deploy(client, name, answering("one"), Publish=True, Timeout=10)
    functions = client("lambda")
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    release(client, name, "two")
    return name


def release(client: Client, name: str, value: str) -> str:
    functions = client("lambda")
    functions.update_function_code(FunctionName=name, ZipFile=package(name, value))
    return str(functions.publish_version(FunctionName=name)["Version"])


def package(name: str, value: str) -> bytes:
    return write_zip({f"{name}/handler.py": answering(value).encode()})


def invoked(client: Client, name: str, **how: str) -> Any:
    answer = client("lambda").invoke(FunctionName=name, Payload="{}", **how)
    value = json.loads(answer["Payload"].read())
    assert answer["ExecutedVersion"] == value[1]
    return value


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_versions_and_aliases_invoke_their_code(client: Client, name: str) -> None:
    assert invoked(client, name) == ["two", "$LATEST", name]
    assert invoked(client, name, Qualifier="1") == ["one", "1", "1"]
    assert invoked(client, name, Qualifier="live") == ["one", "1", "live"]
    client("lambda").update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    arn = client("lambda").get_alias(FunctionName=name, Name="live")["AliasArn"]
    assert invoked(client, arn) == ["two", "2", "live"]


def test_weights_share_the_invocations_of_an_alias(client: Client, name: str) -> None:
    weights = {"AdditionalVersionWeights": {"2": 0.25}}
    client("lambda").update_alias(FunctionName=name, Name="live", RoutingConfig=weights)
    values = [invoked(client, name, Qualifier="live")[0] for _ in range(8)]
    assert (values.count("one"), values.count("two")) == (6, 2)
    client("lambda").update_alias(FunctionName=name, Name="live", FunctionVersion="2", RoutingConfig={})
    assert {invoked(client, name, Qualifier="live")[0] for _ in range(3)} == {"two"}


def test_unchanged_function_is_not_published_again_and_numbers_are_not_used_again(client: Client, name: str) -> None:
    functions = client("lambda")
    assert functions.publish_version(FunctionName=name)["Version"] == "2"
    functions.update_function_configuration(FunctionName=name, Timeout=20)
    assert functions.publish_version(FunctionName=name)["Version"] == "3"
    functions.delete_function(FunctionName=name, Qualifier="3")
    assert release(client, name, "four") == "4"
    with pytest.raises(ClientError) as used:
        functions.delete_function(FunctionName=name, Qualifier="1")
    assert code_of(used) == "ConflictException"
    versions = functions.list_versions_by_function(FunctionName=name)["Versions"]
    assert [each["Version"] for each in versions] == ["$LATEST", "1", "2", "4"]


def test_changes_with_another_revision_or_code_are_rejected(client: Client, name: str) -> None:
    functions = client("lambda")
    before = functions.get_function_configuration(FunctionName=name)
    alias = functions.get_alias(FunctionName=name, Name="live")
    dry = functions.update_function_code(FunctionName=name, ZipFile=package(name, "three"), DryRun=True)
    assert dry["CodeSha256"] != before["CodeSha256"]
    unchanged = functions.get_function_configuration(FunctionName=name)
    assert [unchanged[key] for key in ("CodeSha256", "RevisionId")] == [
        before[key] for key in ("CodeSha256", "RevisionId")
    ]
    functions.update_function_code(FunctionName=name, ZipFile=package(name, "three"), RevisionId=before["RevisionId"])
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion="2", RevisionId=alias["RevisionId"])
    calls: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (functions.update_function_code, {"ZipFile": package(name, "x"), "RevisionId": before["RevisionId"]}),
        (functions.publish_version, {"RevisionId": before["RevisionId"]}),
        (functions.update_alias, {"Name": "live", "FunctionVersion": "1", "RevisionId": alias["RevisionId"]}),
    ]
    for call, arguments in calls:
        with pytest.raises(ClientError) as stale:
            call(FunctionName=name, **arguments)
        assert code_of(stale) == "PreconditionFailedException"
    with pytest.raises(ClientError) as other:
        functions.publish_version(FunctionName=name, CodeSha256=before["CodeSha256"])
    assert code_of(other) == "InvalidParameterValueException"


def test_asynchronous_events_and_queues_of_an_alias_reach_its_version(client: Client, name: str) -> None:
    functions, sqs = client("lambda"), client("sqs")
    functions.put_function_event_invoke_config(FunctionName=name, Qualifier="live", MaximumRetryAttempts=1)
    with pytest.raises(ClientError) as none:
        functions.get_function_event_invoke_config(FunctionName=name)
    assert code_of(none) == "ResourceNotFoundException"
    found = functions.get_function_event_invoke_config(FunctionName=name, Qualifier="live")
    assert (found["MaximumRetryAttempts"], found["FunctionArn"].endswith(f":{name}:live")) == (1, True)
    functions.invoke(FunctionName=name, Qualifier="live", InvocationType="Event", Payload="{}")
    assert printed(client, name) == [{"code": "one", "version": "1"}]
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    alias = functions.get_alias(FunctionName=name, Name="live")["AliasArn"]
    mapping = functions.create_event_source_mapping(EventSourceArn=queue, FunctionName=alias)
    assert mapping["FunctionArn"] == alias
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    sqs.send_message(QueueUrl=url, MessageBody="one")
    assert printed(client, name, 2)[-1] == {"code": "two", "version": "2"}
    functions.delete_event_source_mapping(UUID=mapping["UUID"])
    functions.delete_function_event_invoke_config(FunctionName=name, Qualifier="live")


def test_provisioned_concurrency_belongs_to_a_published_version(client: Client, name: str) -> None:
    functions = client("lambda")
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=3)

    def put(qualifier: str, count: int) -> Any:
        return functions.put_provisioned_concurrency_config(
            FunctionName=name, Qualifier=qualifier, ProvisionedConcurrentExecutions=count
        )

    for qualifier, count in (("$LATEST", 1), ("live", 4)):
        with pytest.raises(ClientError) as rejected:
            put(qualifier, count)
        assert code_of(rejected) == "InvalidParameterValueException"
    put("live", 2)
    found = functions.get_provisioned_concurrency_config(FunctionName=name, Qualifier="live")
    assert (found["Status"], found["AllocatedProvisionedConcurrentExecutions"]) == ("READY", 2)
    functions.delete_provisioned_concurrency_config(FunctionName=name, Qualifier="live")
    with pytest.raises(ClientError) as missing:
        functions.get_provisioned_concurrency_config(FunctionName=name, Qualifier="live")
    assert code_of(missing) == "ProvisionedConcurrencyConfigNotFoundException"
