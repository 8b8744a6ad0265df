"""`python -m ops calendar` with recorded responses, without a network."""

import datetime
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from botocore.stub import Stubber

from modules.foundation.calendar import CALENDAR, Calendar, committed, parse
from ops import calendar as command
from ops.calendar import as_text, asked, changes, refresh, to_read
from ops.errors import ExitCode, OpsError
from tests.ops.test_commands import ops

TODAY = datetime.date(2027, 1, 15)
STANDARD, EXTENDED = "open-source-rds-standard-support", "open-source-rds-extended-support"


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def minor(engine: str, major: str, version: str, status: str = "available") -> dict[str, Any]:
    return {"Engine": engine, "MajorEngineVersion": major, "EngineVersion": version, "Status": status}


def lifecycles(standard: str, extended: str) -> list[dict[str, Any]]:
    """As in the Amazon RDS User Guide, "Viewing support dates for engine versions"."""
    start = moment("2019-02-06T00:00:00+00:00")
    return [
        {"LifecycleSupportName": name, "LifecycleSupportStartDate": start, "LifecycleSupportEndDate": moment(end)}
        for name, end in (
            (STANDARD, f"{standard}T23:59:59.999000+00:00"),
            (EXTENDED, f"{extended}T23:59:59.999000+00:00"),
        )
    ]


#: Major and minor versions by engine, including some that no environment file can name.
DATABASES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "aurora-mysql": (
        [
            {"MajorEngineVersion": "5.7", "SupportedEngineLifecycles": lifecycles("2024-10-31", "2029-06-30")},
            {"MajorEngineVersion": "8.0", "SupportedEngineLifecycles": lifecycles("2028-04-30", "2029-07-31")},
        ],
        [
            minor("aurora-mysql", "5.7", "5.7.mysql_aurora.2.12.5"),
            minor("aurora-mysql", "8.0", "8.0.mysql_aurora.3.08.2", "deprecated"),
            minor("aurora-mysql", "8.0", "8.0.mysql_aurora.3.10.6"),
            minor("aurora-mysql", "8.0", "8.0.mysql_aurora.3.10.7"),
        ],
    ),
    "aurora-postgresql": (
        [{"MajorEngineVersion": "16", "SupportedEngineLifecycles": lifecycles("2029-02-28", "2032-02-28")}],
        [minor("aurora-postgresql", "16", "16.8"), minor("aurora-postgresql", "16", "16.8-limitless")],
    ),
    "mysql": (
        [{"MajorEngineVersion": "8.4", "SupportedEngineLifecycles": lifecycles("2029-07-31", "2032-07-31")}],
        [minor("mysql", "8.4", "8.4.11")],
    ),
    "postgres": (
        [{"MajorEngineVersion": "16", "SupportedEngineLifecycles": lifecycles("2029-02-28", "2032-02-29")}],
        [minor("postgres", "16", "16.8", "deprecated"), minor("postgres", "16", "16.15")],
    ),
}
#: As in the Amazon EKS User Guide, "Get version information with AWS CLI": times in another time zone.
KUBERNETES = {
    "clusterVersion": "1.31",
    "clusterType": "eks",
    "defaultPlatformVersion": "eks.21",
    "defaultVersion": True,
    "releaseDate": moment("2024-09-25T17:00:00-07:00"),
    "endOfStandardSupportDate": moment("2025-11-25T16:00:00-08:00"),
    "endOfExtendedSupportDate": moment("2026-11-25T16:00:00-08:00"),
    "status": "STANDARD_SUPPORT",
    "kubernetesPatchVersion": "1.31.3",
}
NEW_KUBERNETES = {
    **KUBERNETES,
    "clusterVersion": "1.37",
    "endOfStandardSupportDate": moment("2027-12-02T00:00:00+00:00"),
    "endOfExtendedSupportDate": moment("2028-12-02T00:00:00+00:00"),
}
POLICIES = [{"Name": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"}, {"Name": "ELBSecurityPolicy-2016-08"}]


class Session:
    """Clients with recorded responses only."""

    def __init__(self) -> None:
        self._clients = {name: boto3.client(name, region_name="us-east-1", **LOGIN) for name in ("rds", "eks", "elbv2")}
        stubs = {name: Stubber(client) for name, client in self._clients.items()}
        for engine, (majors, minors) in DATABASES.items():
            engine_filter = {"Engine": engine}
            # Two pages, as in a response with more than a hundred versions.
            stubs["rds"].add_response(
                "describe_db_engine_versions",
                {"DBEngineVersions": minors[:1], "Marker": "2"},
                {**engine_filter, "IncludeAll": True},
            )
            stubs["rds"].add_response(
                "describe_db_engine_versions",
                {"DBEngineVersions": minors[1:]},
                {**engine_filter, "IncludeAll": True, "Marker": "2"},
            )
            stubs["rds"].add_response(
                "describe_db_major_engine_versions", {"DBMajorEngineVersions": majors}, engine_filter
            )
        stubs["eks"].add_response(
            "describe_cluster_versions", {"clusterVersions": [KUBERNETES, NEW_KUBERNETES]}, {"includeAll": True}
        )
        stubs["elbv2"].add_response(
            "describe_ssl_policies", {"SslPolicies": POLICIES}, {"LoadBalancerType": "application"}
        )
        for stub in stubs.values():
            stub.activate()

    def client(self, name: str) -> Any:
        return self._clients[name]


LOGIN: dict[str, Any] = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


@pytest.fixture(scope="module")
def answered() -> Calendar:
    return asked(committed(), Session(), TODAY)


def test_known_version_keeps_its_end_and_updates_whether_it_can_be_created(answered: Calendar) -> None:
    before, after = (each.find("aurora-mysql", "8.0.mysql_aurora.3.08.2") for each in (committed(), answered))
    assert before
    assert after == replace(before, can_create=False)


def test_new_version_has_no_end(answered: Calendar) -> None:
    (row,) = (each for each in answered.of("aurora-mysql") if each.version == "8.0.mysql_aurora.3.10.7")
    assert (row.major, row.can_create, row.end_of_standard_support) == ("8.0", True, None)


def test_major_versions_have_the_ends_in_the_response(answered: Calendar) -> None:
    row = answered.find("postgres", "16")
    assert row
    assert (str(row.end_of_standard_support), str(row.end_of_extended_support)) == ("2029-02-28", "2032-02-29")


def test_versions_that_no_environment_file_can_name_are_left_out(answered: Calendar) -> None:
    versions = {each.version for each in answered.versions}
    assert versions.isdisjoint({"5.7", "5.7.mysql_aurora.2.12.5", "16.8-limitless"})


def test_date_is_in_utc_for_any_time_zone_of_the_response(answered: Calendar) -> None:
    row = answered.find("kubernetes", "1.31")
    assert row
    assert str(row.end_of_standard_support) == "2025-11-26"
    assert row.no_creation_from == row.end_of_extended_support == datetime.date(2026, 11, 26)


def test_version_missing_in_aws_is_kept_but_cannot_be_created(answered: Calendar) -> None:
    rows = {each.version: each for each in answered.of("kubernetes")}
    assert rows.keys() == {each.version for each in committed().of("kubernetes")}
    assert {version for version, row in rows.items() if row.can_create} == {"1.31", "1.37"}
    assert rows["1.36"].end_of_standard_support == datetime.date(2027, 8, 2)


def test_page_without_rows_is_removed(answered: Calendar) -> None:
    assert "kubernetes-1.37" in committed().pages
    assert "kubernetes-1.37" not in answered.pages


def test_a_tls_policy_that_aws_no_longer_has_cannot_be_chosen(answered: Calendar) -> None:
    assert {each.version: each.can_create for each in answered.of("elb-tls")} == {
        "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09": True,
        "ELBSecurityPolicy-TLS13-1-2-2021-06": False,
    }


def test_rows_without_an_api_are_unchanged(answered: Calendar) -> None:
    for kind in ("lambda", "valkey", "redis", "ami", "cloudfront-tls"):
        assert list(answered.of(kind)) == list(committed().of(kind))


def test_only_pages_that_an_api_covers_completely_are_read_today(answered: Calendar) -> None:
    assert {name for name, page in answered.pages.items() if page.read == TODAY} == {"kubernetes", "elb-tls"}


def test_changes_are_listed(answered: Calendar) -> None:
    lines = list(changes(committed(), answered))
    assert (
        "changed  aurora-mysql 8.0.mysql_aurora.3.08.2: can_create False, end_of_standard_support 2026-08-31" in lines
    )
    assert "new      aurora-mysql 8.0.mysql_aurora.3.10.7" in lines
    assert any(
        line.startswith("changed  kubernetes 1.36: can_create False, no_creation_from 2028-08-02") for line in lines
    )
    assert not any("python3.13" in line for line in lines)
    assert list(changes(answered, answered)) == []
    assert "removed  aurora-mysql 8.0.mysql_aurora.3.10.7" in list(changes(answered, committed()))


def test_pages_to_read_list_versions_without_end(answered: Calendar) -> None:
    lines = list(to_read(answered))
    (aurora,) = (line for line in lines if "AuroraMySQL.release-calendars" in line)
    assert aurora.startswith('read     "Release calendars for Amazon Aurora MySQL", https://docs.aws.amazon.com/')
    assert aurora.endswith("(last read on 2026-11-26, no end date for: 8.0.mysql_aurora.3.10.7)")
    assert any('"Lambda runtimes"' in line for line in lines)
    assert not any("kubernetes-versions" in line for line in lines)


def test_text_is_independent_of_the_order_of_rows(answered: Calendar) -> None:
    turned = Calendar(dict(reversed(list(answered.pages.items()))), tuple(reversed(answered.versions)))
    assert as_text(turned) == as_text(answered)
    assert set(parse(as_text(answered)).versions) == set(answered.versions)


def test_committed_file_has_the_format_that_the_command_writes() -> None:
    assert CALENDAR.read_text() == as_text(committed())
    assert json.loads(CALENDAR.read_text())["pages"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "calendar.json").write_text(CALENDAR.read_text())
    return tmp_path / "calendar.json"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(boto3, "Session", lambda **_: Session())
    yield


@pytest.mark.usefixtures("aws")
def test_second_run_changes_nothing(path: Path) -> None:
    first = refresh(path, "us-east-1", {}, TODAY)
    written = path.read_text()
    assert any(line.startswith("new ") for line in first)
    second = refresh(path, "us-east-1", {}, TODAY)
    assert path.read_text() == written
    assert all(line.startswith("read ") for line in second)


@pytest.mark.parametrize(
    "error",
    [
        NoCredentialsError(),
        ClientError({"Error": {"Code": "ExpiredToken", "Message": "The token\nis expired"}}, "DescribeClusterVersions"),
    ],
)
def test_invalid_credentials_are_an_error_and_keep_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refused(*_: object) -> Calendar:
        raise error

    monkeypatch.setattr(command, "asked", refused)
    with pytest.raises(OpsError) as found:
        refresh(path, "us-east-1", {}, TODAY)
    assert found.value.code == ExitCode.REFUSED
    assert str(found.value).startswith(f"AWS did not answer: {' '.join(str(error).split())}; log in with ")
    assert path.read_text() == CALENDAR.read_text()


def test_command_without_credentials_fails_with_a_message() -> None:
    before = CALENDAR.read_bytes()
    nowhere = {
        "AWS_CONFIG_FILE": "/nowhere",
        "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    done = ops("calendar", HOME="/nowhere", **nowhere)
    assert (done.returncode, done.stdout) == (ExitCode.REFUSED, "")
    assert "AWS did not answer: Unable to locate credentials" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    assert CALENDAR.read_bytes() == before


def test_embedded_aws_is_not_called() -> None:
    done = ops("calendar", AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert done.returncode == ExitCode.REFUSED
    assert "run `unset AWS_ENDPOINT_URL`" in done.stderr.replace("\n", " ")
