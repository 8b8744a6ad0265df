"""`python -m ops access review`: the table of people, compared with a fake IAM."""

import datetime
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from modules.environment_files import load
from ops.access.review import Review, review
from ops.access.table import Table, expected_roles
from ops.clock import Clock
from ops.commands import app
from ops.errors import ExitCode, OpsError
from ops.workspace import PROJECT
from tests.conftest import FURTHER, REFERENCE

NOW = datetime.datetime(2026, 5, 4, tzinfo=datetime.UTC)
HEADER = "user,password_enabled,password_last_used,mfa_active,access_key_1_active,access_key_2_active"
ROOT = "<root_account>,not_supported,2026-01-01T00:00:00+00:00,true,false,false"
PREFIX = "agora-account-people"


def table(env: str = "prod", folder: Any = REFERENCE) -> Table:
    files = load(folder)
    return expected_roles(files[env], [each.settings for each in files.values()])


def days_ago(days: int) -> datetime.datetime:
    return NOW - datetime.timedelta(days=days)


@dataclass
class Iam:
    """An account in which the table is applied."""

    table: Table
    rows: list[str] = field(default_factory=lambda: [ROOT])
    used: dict[str, int] = field(default_factory=lambda: {"ecs": 2, "sqs": 100})
    pending: int = 2
    slept: float = 0

    def __post_init__(self) -> None:
        self.roles: dict[str, dict[str, Any]] = {each.name: self._role(each) for each in self.table.roles}
        self.managed = {each.name: set(each.managed_policies) for each in self.table.roles}
        self.inline = {each.name: set(each.inline_policies) for each in self.table.roles}

    @property
    def clock(self) -> Clock:
        def sleep(seconds: float) -> None:
            self.slept += seconds

        return Clock(lambda: NOW, sleep)

    def get_role(self, RoleName: str) -> Any:  # noqa: N803 - AWS's names
        if RoleName not in self.roles:
            raise ClientError({"Error": {"Code": "NoSuchEntity"}}, "GetRole")
        return {"Role": self.roles[RoleName]}

    def get_paginator(self, operation: str) -> Any:
        class Paginator:
            paginate = staticmethod(lambda **request: [getattr(self, operation)(**request)])

        return Paginator()

    def list_roles(self) -> Any:
        return {"Roles": list(self.roles.values())}

    def list_attached_role_policies(self, RoleName: str) -> Any:  # noqa: N803 - AWS's names
        return {"AttachedPolicies": [{"PolicyArn": each} for each in self.managed[RoleName]]}

    def list_role_policies(self, RoleName: str) -> Any:  # noqa: N803 - AWS's names
        return {"PolicyNames": list(self.inline[RoleName])}

    def generate_service_last_accessed_details(self, Arn: str) -> Any:  # noqa: N803 - AWS's names
        return {"JobId": Arn}

    def get_service_last_accessed_details(self, **_: str) -> Any:
        self.pending -= 1
        if self.pending > 0:
            return {"JobStatus": "IN_PROGRESS"}
        services = [{"ServiceNamespace": each, "LastAuthenticated": days_ago(days)} for each, days in self.used.items()]
        return {"JobStatus": "COMPLETED", "ServicesLastAccessed": [*services, {"ServiceNamespace": "rds"}]}

    def generate_credential_report(self) -> Any:
        self.pending -= 1
        return {"State": "INPROGRESS" if self.pending > -2 else "COMPLETE"}

    def get_credential_report(self) -> Any:
        return {"Content": "\n".join([HEADER, *self.rows]).encode()}

    def _role(self, expected: Any) -> dict[str, Any]:
        boundary = {"PermissionsBoundary": {"PermissionsBoundaryArn": expected.boundary}} if expected.boundary else {}
        (statement,) = deepcopy(expected.trust_policy["Statement"])
        # IAM returns a list of one value as the value.
        (principal,) = statement["Principal"]["AWS"] if len(statement["Principal"]["AWS"]) == 1 else [None]
        stored = {**statement, "Principal": {"AWS": principal}} if principal else statement
        return {
            "RoleName": expected.name,
            "Arn": f"arn:aws:iam::333333333333:role/{expected.name}",
            "CreateDate": days_ago(400),
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [stored]},
            "MaxSessionDuration": expected.session_seconds,
            "RoleLastUsed": {"LastUsedDate": days_ago(3)},
            **boundary,
        }


def reviewed(change: Callable[[Iam], object] = lambda _: None) -> Review:
    iam = Iam(table())
    change(iam)
    return review(iam.table, iam, iam.clock)


def test_applied_table_has_no_findings() -> None:
    found = reviewed()
    assert found.findings == []
    assert [(each.right, each.person) for each in found.accesses] == [
        ("read", "jisoo"),
        ("read", "minho"),
        ("read", "sora"),
        ("operate", "jisoo"),
        ("operate", "minho"),
        ("administer", "jisoo"),
        ("break_glass", "jisoo"),
        ("break_glass", "minho"),
    ]
    assert {each.role_last_used for each in found.accesses} == {"2026-05-01"}


def test_services_are_those_of_the_last_90_days() -> None:
    operate = reviewed().services[1]
    assert (operate.role, operate.used) == (f"{PREFIX}-prod-operate", ["ecs"])
    assert "sqs" in operate.unused
    assert "ecs" not in operate.unused


def _trust(iam: Iam, users: list[str]) -> None:
    policy = iam.roles[f"{PREFIX}-prod-read"]["AssumeRolePolicyDocument"]
    policy["Statement"][0]["Condition"]["StringLike"]["aws:userid"] = [f"*:{each}@agora.example" for each in users]


def _set(iam: Iam, right: str, **values: Any) -> None:
    iam.roles[f"{PREFIX}-prod-{right}"].update(values)


def _open(iam: Iam) -> None:
    iam.roles[f"{PREFIX}-break-glass"]["AssumeRolePolicyDocument"]["Statement"][0]["Condition"].pop("StringEquals")


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (
            lambda iam: iam.roles.pop(f"{PREFIX}-prod-read"),
            "role agora-account-people-prod-read is in envs/accounts/production.hcl, but not in AWS; run make",
        ),
        (
            lambda iam: _trust(iam, ["jisoo", "minho", "sora", "left"]),
            "role agora-account-people-prod-read trusts left@agora.example, which is not in",
        ),
        (
            lambda iam: _trust(iam, ["jisoo", "minho"]),
            "role agora-account-people-prod-read does not trust sora@agora.example of",
        ),
        (_open, "role agora-account-people-break-glass has other conditions for signing in than the table"),
        (
            lambda iam: _set(iam, "administer", PermissionsBoundary={}),
            "role agora-account-people-prod-administer has the boundary None, not arn:aws:iam::333333333333:policy/",
        ),
        (
            lambda iam: _set(iam, "operate", MaxSessionDuration=43200),
            "role agora-account-people-prod-operate allows sessions of 43200 seconds, not 3600",
        ),
        (
            lambda iam: iam.managed[f"{PREFIX}-prod-read"].add("arn:aws:iam::aws:policy/PowerUserAccess"),
            "role agora-account-people-prod-read has the policy arn:aws:iam::aws:policy/PowerUserAccess, which is not",
        ),
        (
            lambda iam: iam.inline[f"{PREFIX}-prod-read"].clear(),
            "role agora-account-people-prod-read does not have the policy people; run make bootstrap",
        ),
        (
            lambda iam: _set(iam, "administer", RoleLastUsed={"LastUsedDate": days_ago(91)}),
            "role agora-account-people-prod-administer was not used since 2026-02-02; ask jisoo whether they need",
        ),
        (
            lambda iam: _set(iam, "read", RoleLastUsed={}),
            "role agora-account-people-prod-read was not used since it was created; ask sora whether they need read",
        ),
        (
            lambda iam: iam.roles.update({"x": {**iam.roles[f"{PREFIX}-prod-read"], "RoleName": f"{PREFIX}-prod-x"}}),
            "role agora-account-people-prod-x is in AWS, but not in envs/accounts/production.hcl; find out who created",
        ),
        (
            lambda iam: iam.rows.append("ci,false,N/A,false,true,false"),
            "user ci has 1 active access key; delete it",
        ),
        (
            lambda iam: iam.rows.append("left,true,2026-05-01T00:00:00+00:00,true,false,false"),
            "user left is not in the table of people; delete it",
        ),
        (
            lambda iam: iam.rows.append("left,true,no_information,false,false,false"),
            "user left has no MFA; register an MFA device",
        ),
        (
            lambda iam: iam.rows.__setitem__(0, ROOT.replace("true,false", "false,true")),
            "the root user has 1 active access key; delete it",
        ),
    ],
)
def test_difference_is_a_finding(change: Callable[[Iam], object], finding: str) -> None:
    found = [str(each).replace(f"{PROJECT}/", "") for each in reviewed(change).findings]
    assert any(each.startswith(finding) for each in found), found


def test_new_unused_role_and_unused_break_glass_are_no_findings() -> None:
    def change(iam: Iam) -> None:
        _set(iam, "read", RoleLastUsed={}, CreateDate=days_ago(10))
        iam.roles[f"{PREFIX}-break-glass"]["RoleLastUsed"] = {}

    assert reviewed(change).findings == []


def test_users_of_the_own_identity_account_are_expected() -> None:
    iam = Iam(table("mobile", FURTHER), rows=[ROOT])
    iam.rows += [f"{name},true,2026-05-01T00:00:00+00:00,true,false,false" for name in sorted(iam.table.users)]
    assert iam.table.users == {"daniel@corp.example", "haneul", "yuna"}
    assert review(iam.table, iam, iam.clock).findings == []
    iam.rows[1] = iam.rows[1].replace("2026-05-01", "2025-05-01")
    iam.pending = 2
    assert [str(each) for each in review(iam.table, iam, iam.clock).findings] == [
        "user daniel@corp.example has not signed in since 2025-05-01; remove the person"
    ]


def test_account_without_people_is_an_error() -> None:
    with pytest.raises(OpsError, match="no account file has a people block for account 111111111111"):
        table("dev")


def test_job_that_does_not_end_is_an_error() -> None:
    iam = Iam(table(), pending=10**6)
    with pytest.raises(OpsError, match="did not report the services"):
        review(iam.table, iam, iam.clock)


@pytest.mark.parametrize(("row", "code"), [(None, 0), ("ci,false,N/A,false,true,false", ExitCode.ACCESS_FINDINGS)])
def test_command_exits_with_a_code_of_its_own(row: str | None, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    iam = Iam(table())
    iam.rows += [row] if row else []
    monkeypatch.setattr("ops.target.clients_of", lambda *_: lambda _: iam)
    monkeypatch.setattr("ops.target.target_of", lambda *_, **__: None)
    monkeypatch.setattr("ops.access.review.Clock", lambda: iam.clock)
    result = CliRunner().invoke(app, ["access", "review", "--env", "prod", "--json"])
    assert result.exit_code == code
    assert '"right": "administer"' in result.stdout
