"""`python -m ops access review`: the table of people, compared with AWS, and what was not used."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from modules.account.people.keys.operating import OPERATED
from ops.access.finding import Finding
from ops.access.table import ExpectedRole, Table, normalized, trusted
from ops.access.users import ATTEMPTS, WAIT_SECONDS, credential_report, user_findings
from ops.clock import Clock
from ops.errors import ExitCode, OpsError

UNUSED_DAYS = 90
_BOOTSTRAP = "run make bootstrap"


@dataclass(frozen=True)
class Access:
    """A person's right."""

    person: str
    user_name: str
    right: str
    role: str
    role_last_used: str | None
    """The date on which anybody used the role; IAM remembers 400 days."""


@dataclass(frozen=True)
class Services:
    """The services that people used with a role in the last 90 days, by their prefix in policies."""

    role: str
    used: Sequence[str]
    unused: Sequence[str]
    """Of those that only operate includes."""


@dataclass(frozen=True)
class Review:
    """What a review found."""

    env: str
    accesses: Sequence[Access]
    services: Sequence[Services]
    findings: Sequence[Finding]

    def lines(self) -> Iterator[str]:
        """Yield the lines to print."""
        for each in self.accesses:
            used = f"role last used {each.role_last_used}" if each.role_last_used else "role never used"
            yield f"{each.right}  {each.person}  {each.user_name}  {each.role}  {used}"
        for services in self.services:
            unused = f"; not used: {', '.join(services.unused)}" if services.unused else ""
            yield f"{services.role}  used in {UNUSED_DAYS} days: {', '.join(services.used) or 'nothing'}{unused}"
        yield from map(str, self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return the review for `--json`."""
        return {
            "environment": self.env,
            "access": [asdict(each) for each in self.accesses],
            "services": [asdict(each) for each in self.services],
            "findings": [asdict(each) for each in self.findings],
        }


def review(table: Table, iam: Any, clock: Clock | None = None) -> Review:
    """Compare the table with AWS. Raises OpsError."""
    clock = clock or Clock()
    since = clock.now() - timedelta(days=UNUSED_DAYS)
    found: list[Finding] = []
    accesses: list[Access] = []
    services: list[Services] = []
    for expected in table.roles:
        role = _role(iam, expected.name)
        if role is None:
            found.append(Finding(f"role {expected.name}", f"is in {table.file}, but not in AWS", _BOOTSTRAP))
            continue
        used = role.get("RoleLastUsed", {}).get("LastUsedDate")
        accesses += [
            Access(person, user, expected.right, expected.name, f"{used:%Y-%m-%d}" if used else None)
            for person, user in expected.people.items()
        ]
        services.append(_services(iam, expected, role["Arn"], since, clock))
        found += [*_differences(table, expected, role), *_policies(iam, expected), *_unused(expected, role, since)]
    found += _further_roles(iam, table)
    found += user_findings(credential_report(iam, clock), table.users, since)
    return Review(table.env, accesses, services, found)


def _role(iam: Any, name: str) -> Mapping[str, Any] | None:
    try:
        role: Mapping[str, Any] = iam.get_role(RoleName=name)["Role"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            return None
        raise
    return role


def _differences(table: Table, expected: ExpectedRole, role: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield differences of the role itself."""
    subject = f"role {expected.name}"
    actual = role["AssumeRolePolicyDocument"]
    ours, theirs = set(trusted(expected.trust_policy)), set(trusted(actual))
    for each in sorted(theirs - ours):
        yield Finding(
            subject, f"trusts {each}, which is not in {table.file}", f"find out who added it, then {_BOOTSTRAP}"
        )
    for each in sorted(ours - theirs):
        yield Finding(subject, f"does not trust {each} of {table.file}", _BOOTSTRAP)
    if ours == theirs and normalized(actual["Statement"]) != normalized(expected.trust_policy["Statement"]):
        yield Finding(subject, "has other conditions for signing in than the table", f"find out why, then {_BOOTSTRAP}")
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    if boundary != expected.boundary:
        yield Finding(
            subject, f"has the boundary {boundary}, not {expected.boundary}", f"find out why, then {_BOOTSTRAP}"
        )
    if role["MaxSessionDuration"] > expected.session_seconds:
        rule = f"allows sessions of {role['MaxSessionDuration']} seconds, not {expected.session_seconds}"
        yield Finding(subject, rule, _BOOTSTRAP)


def _policies(iam: Any, expected: ExpectedRole) -> Iterator[Finding]:
    """Yield policies that are not from here, and those that are missing."""
    attached = iam.get_paginator("list_attached_role_policies").paginate(RoleName=expected.name)
    inline = iam.get_paginator("list_role_policies").paginate(RoleName=expected.name)
    managed = {each["PolicyArn"] for page in attached for each in page["AttachedPolicies"]}
    named = {each for page in inline for each in page["PolicyNames"]}
    for actual, wanted in ((managed, expected.managed_policies), (named, expected.inline_policies)):
        for each in sorted(actual - wanted):
            remedy = f"find out who added it, and remove it from role {expected.name}"
            yield Finding(f"role {expected.name}", f"has the policy {each}, which is not from here", remedy)
        for each in sorted(wanted - actual):
            yield Finding(f"role {expected.name}", f"does not have the policy {each}", _BOOTSTRAP)


def _unused(expected: ExpectedRole, role: Mapping[str, Any], since: datetime) -> Iterator[Finding]:
    """Who has a higher right need not use the lower one, and the role for emergencies is not meant to be used."""
    used = role.get("RoleLastUsed", {}).get("LastUsedDate")
    if not expected.directly or expected.right == "break_glass" or (used or role["CreateDate"]) >= since:
        return
    when = f"since {used:%Y-%m-%d}" if used else "since it was created"
    remedy = f"ask {', '.join(expected.directly)} whether they need {expected.right}"
    yield Finding(f"role {expected.name}", f"was not used {when}", remedy)


def _services(iam: Any, expected: ExpectedRole, arn: str, since: datetime, clock: Clock) -> Services:
    """[IAM User Guide, Refine permissions in AWS using last accessed information]
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html).
    """
    job = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    last: dict[str, datetime] = {}
    request = {"JobId": job}
    for _ in range(ATTEMPTS):
        page = iam.get_service_last_accessed_details(**request)
        if page["JobStatus"] == "IN_PROGRESS":
            clock.sleep(WAIT_SECONDS)
            continue
        if page["JobStatus"] == "FAILED":
            break
        last |= {
            each["ServiceNamespace"]: each["LastAuthenticated"]
            for each in page["ServicesLastAccessed"]
            if "LastAuthenticated" in each
        }
        if not page.get("IsTruncated"):
            used = sorted(service for service, at in last.items() if at >= since)
            rest = [each for each in OPERATED if each not in used] if expected.right == "operate" else []
            return Services(expected.name, used, rest)
        request["Marker"] = page["Marker"]
    raise OpsError(f"AWS did not report the services that {arn} used; run the command again", ExitCode.UNAVAILABLE)


def _further_roles(iam: Any, table: Table) -> Iterator[Finding]:
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            if role["RoleName"].startswith(table.prefix) and role["RoleName"] not in table.all_roles:
                rule = f"is in AWS, but not in {table.file}"
                yield Finding(
                    f"role {role['RoleName']}", rule, f"find out who created it, then {_BOOTSTRAP}, or delete it"
                )
