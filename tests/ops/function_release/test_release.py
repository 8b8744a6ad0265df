"""Releases of a function: which version is in service after each outcome, and what is recorded."""

import datetime
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ops.errors import ExitCode, OpsError
from ops.function_release.canary import Shift
from ops.function_release.release import Wanted, lines
from ops.function_release.versions import KEPT
from tests.ops.function_release.conftest import FUNCTION, Function


class Metrics:
    """CloudWatch with these counts of invocations and errors, one pair for each look."""

    def __init__(self, *counts: tuple[int, int], then: BaseException | None = None) -> None:
        self._counts = itertools.chain(counts, itertools.repeat(counts[-1]))
        self._then = then
        self.queries: list[Any] = []
        self.weights: list[Any] = []
        self.function: Function | None = None

    def get_metric_data(self, **request: Any) -> dict[str, Any]:
        self.queries.append(request["MetricDataQueries"])
        assert self.function is not None
        alias = self.function.aws.get_alias(FunctionName=FUNCTION, Name="live")
        self.weights.append(alias["RoutingConfig"]["AdditionalVersionWeights"])
        if self._then:
            raise self._then
        invocations, errors = next(self._counts)
        results = [{"Id": "invocations", "Values": [invocations, 0]}, {"Id": "errors", "Values": [errors]}]
        return {"MetricDataResults": results}


def released(function: Function, answer: str, **wanted: Any) -> Any:
    return function.releases.release(Wanted(function.package(answer), **wanted))


def refused_message(function: Function, wanted: Wanted) -> str:
    with pytest.raises(OpsError) as refused:
        function.releases.release(wanted)
    assert refused.value.code == ExitCode.REFUSED
    return str(refused.value)


def with_metrics(function: Function, metrics: Metrics) -> Shift:
    function.cloudwatch, metrics.function = metrics, function
    return Shift(20, datetime.timedelta(minutes=5), 1)


def test_release_is_in_service_and_recorded(function: Function) -> None:
    assert "no code was released yet" in function.answer()
    done = released(function, "'one'", tag="v1.0.0", commit="0123456789abcdef")
    assert (done.version, done.before, done.result) == ("2", "1", "in service")
    assert function.answer() == '["one", "2"]'
    assert function.audit.events == [
        (
            "release_function",
            {
                "act": "release", "function": "orders", "version": "2", "before": "1", "result": "in service",
                "tag": "v1.0.0", "commit": "0123456789abcdef", "sha256": done.sha256,
            },
        )
    ]  # fmt: skip
    newest, _ = function.releases.listed()
    assert (newest["description"], newest["share"]) == ("v1.0.0 0123456789ab", 1)


def test_rollback_goes_back_version_by_version_until_the_first_release(function: Function) -> None:
    for answer in ("'one'", "'two'", "'three'"):
        released(function, answer)
    assert [function.releases.roll_back(None).version for _ in range(2)] == ["3", "2"]
    assert function.answer() == '["one", "2"]'
    with pytest.raises(
        OpsError, match="no earlier release of agora-dev-orders was in service; version 3 was taken"
    ) as error:
        function.releases.roll_back(None)
    command = f"release-function orders --env dev --local --envs {function.target.workspace.envs} --rollback --to 3`"
    assert str(error.value).endswith(command)
    states = {each["version"]: (each["was_in_service"], each["taken_back"]) for each in function.releases.listed()}
    assert states == {"4": (True, True), "3": (True, True), "2": (True, False), "1": (True, False)}
    assert function.releases.roll_back("4").before == "2"
    assert function.answer() == '["three", "4"]'
    # Forward, the version before was not taken back.
    assert function.releases.roll_back(None).version == "2"
    function.releases.roll_back("4")
    with pytest.raises(OpsError, match="has no version 9; it has 4, 3, 2, 1"):
        function.releases.roll_back("9")
    with pytest.raises(OpsError, match="version 4 is in service already"):
        function.releases.roll_back("4")


def test_version_that_fails_with_the_payload_is_not_put_into_service(function: Function) -> None:
    released(function, "'one'")
    payload = function.folder / "payload.json"
    payload.write_text('{"order": 7}')
    done = released(function, "event['amount']", payload=payload)
    assert (done.result, function.live()) == ("failed", "2")
    assert done.line.startswith("orders: version 3 failed, and version 2 is in service: it failed with the payload: ")
    assert "KeyError" in done.cause
    assert released(function, "event['order']", payload=payload).result == "in service"


def test_configuration_of_terraform_is_in_service_with_the_next_release(function: Function) -> None:
    released(function, "'one'")
    function.aws.update_function_configuration(FunctionName=FUNCTION, Environment={"Variables": {"A": "b"}})
    assert function.releases.pending() == ["Environment"]
    assert lines(function.releases.listed(), ["Environment"])[-1].endswith("with the next release: Environment")
    done = function.releases.release(Wanted())
    assert (done.version, done.result, function.answer()) == ("3", "in service", '["one", "3"]')
    assert function.releases.pending() == []
    assert function.releases.release(Wanted()).result == "unchanged"


def test_release_without_a_package_needs_the_code_in_service(function: Function) -> None:
    assert "has no code yet; name a zip with --package" in refused_message(function, Wanted())
    released(function, "'one'")
    released(function, "'two'")
    function.releases.roll_back(None)
    assert "the newest code of agora-dev-orders is not that of version 2" in refused_message(function, Wanted())


def test_share_without_errors_becomes_all(function: Function) -> None:
    released(function, "'one'")
    metrics = Metrics((40, 0), (90, 1))
    done = released(function, "'two'", shift=with_metrics(function, metrics))
    assert (done.result, function.answer()) == ("in service", '["two", "3"]')
    assert metrics.weights[0] == {"3": 0.2}
    assert function.aws.get_alias(FunctionName=FUNCTION, Name="live").get("RoutingConfig") in (
        None,
        {"AdditionalVersionWeights": {}},
    )
    dimensions = {each["Name"]: each["Value"] for each in metrics.queries[0][1]["MetricStat"]["Metric"]["Dimensions"]}
    assert dimensions == {"FunctionName": FUNCTION, "Resource": f"{FUNCTION}:live", "ExecutedVersion": "3"}


def test_share_with_errors_is_taken_back_at_once(function: Function) -> None:
    released(function, "'one'")
    metrics = Metrics((10, 0), (20, 2))
    done = released(function, "'two'", shift=with_metrics(function, metrics))
    assert (done.result, done.cause) == ("failed", "20 invocations, 2 with errors, with 20% of the traffic")
    assert len(metrics.queries) == 2
    assert {function.answer() for _ in range(6)} == {'["one", "2"]'}
    assert function.audit.events[-1][1]["result"] == "failed"


def test_interrupted_share_is_taken_back(function: Function) -> None:
    released(function, "'one'")
    with pytest.raises(KeyboardInterrupt):
        released(function, "'two'", shift=with_metrics(function, Metrics((0, 0), then=KeyboardInterrupt())))
    assert {function.answer() for _ in range(6)} == {'["one", "2"]'}


def test_share_of_a_killed_release_refuses_others_until_it_is_rolled_back(function: Function) -> None:
    released(function, "'one'")
    released(function, "'two'")
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    function.aws.update_alias(FunctionName=FUNCTION, Name="live", RoutingConfig=weights)
    message = refused_message(function, Wanted(function.package("'three'")))
    assert "version 2 of agora-dev-orders gets 50% of the invocations" in message
    assert [each["share"] for each in function.releases.listed()] == [0.5, 0.5, 0]
    done = function.releases.roll_back(None)
    assert (done.version, function.live()) == ("3", "3")
    assert {function.answer() for _ in range(6)} == {'["two", "3"]'}


def test_release_beside_another_one_changes_nothing(function: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    releases, versions = function.releases, function.releases._versions
    before = versions.alias()
    released(function, "'one'")
    monkeypatch.setattr(releases._versions, "alias", lambda: before)
    with pytest.raises(OpsError, match="somebody else is changing agora-dev-orders"):
        releases.release(Wanted(function.package("'two'")))
    assert function.answer() == '["one", "2"]'


def test_failed_provisioned_concurrency_takes_the_version_back(
    function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    released(function, "'one'")
    releases = function.releases
    states = iter(("IN_PROGRESS", "FAILED"))
    monkeypatch.setattr(
        releases._versions,
        "provisioned",
        lambda: {"Status": next(states), "RequestedProvisionedConcurrentExecutions": 2, "StatusReason": "too many"},
    )
    done = releases.release(Wanted(function.package("'two'")))
    assert (done.result, done.cause) == ("failed", "its provisioned concurrency failed: too many")
    assert function.answer() == '["one", "2"]'
    with pytest.raises(OpsError, match="there is nothing to go back to"):
        function.releases.roll_back(None)


def test_old_versions_are_deleted_but_not_those_that_were_in_service(function: Function) -> None:
    released(function, "'kept'")
    for number in range(KEPT + 2):
        function.aws.update_function_configuration(FunctionName=FUNCTION, Timeout=20 + number)
        function.aws.publish_version(FunctionName=FUNCTION)
    released(function, "'newest'")
    versions = [int(each) for each in function.versions()]
    assert versions == [2, *range(max(versions) - KEPT + 1, max(versions) + 1)]


def test_versions_are_listed_with_their_state(function: Function) -> None:
    assert lines(_versions(("3", 0.9, True), ("4", 0.1, False), ("2", 0, True), ("1", 0, True, True)), []) == [
        "    3  90%          2026-09-01T00:00:00  v3",
        "    4  10%          2026-09-01T00:00:00  v4",
        "    2  was          2026-09-01T00:00:00  v2",
        "    1  taken back   2026-09-01T00:00:00  v1",
    ]


def _versions(*found: tuple[Any, ...]) -> Sequence[dict[str, Any]]:
    return [
        {
            "version": number,
            "share": share,
            "was_in_service": was,
            "taken_back": bool(taken_back),
            "published": "2026-09-01T00:00:00.000+0000",
            "description": f"v{number}",
        }
        for number, share, was, *taken_back in found
    ]


def test_release_of_the_version_in_service_says_what_had_no_effect(
    function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    released(function, "'one'")
    payload = function.folder / "payload.json"
    payload.write_text("{}")
    done = released(function, "'one'", payload=payload, shift=Shift(10, datetime.timedelta(minutes=5), 0))
    printed = " ".join(capsys.readouterr().err.split())
    assert (done.result, done.version) == ("unchanged", "2")
    assert "version 2 is in service already: --invoke and --weight had no effect" in printed
    assert "has this code already" in printed


def test_event_that_is_not_json_is_refused_before_anything_changes(function: Function) -> None:
    payload = function.folder / "payload.json"
    payload.write_text("{order: 7}")
    message = refused_message(function, Wanted(function.package("'one'"), payload=payload))
    assert message.startswith(f"{payload}: is not JSON: ")
    assert function.versions() == ["1"]


def test_unreadable_payload_is_refused_before_anything_changes(function: Function) -> None:
    message = refused_message(function, Wanted(function.package("'one'"), payload=Path("missing.json")))
    assert message.startswith("missing.json: cannot be read")
    assert function.versions() == ["1"]
    assert json.loads(function.answer())["errorType"] == "RuntimeError"
