"""`python -m ops calendar`: updates the versions calendar from the AWS APIs.

Where AWS has an API, its response replaces the rows of the calendar: the engine versions that can be created, the end
of support of major versions and Kubernetes, and the TLS policies of load balancers. Everything else is kept, because
a person has to read it on the page that the row cites: the end dates of minor versions, Lambda runtimes, and the rest.
"""

import dataclasses
import datetime
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from modules.data.database.keys.engines import ENGINES, EngineName
from modules.foundation.calendar import Calendar, Kind, Page, Version, parse
from ops.endpoints import refuse_endpoints
from ops.errors import ExitCode, OpsError

#: The Region that has every version.
REGION = "us-east-1"
#: "Amazon RDS API Reference, SupportedEngineLifecycle".
STANDARD, EXTENDED = "open-source-rds-standard-support", "open-source-rds-extended-support"
#: TLS 1.2 and 1.3 only: the only policies that Groundwork's load balancers may use.
POLICIES = "ELBSecurityPolicy-TLS13-1-2-"
#: Pages whose rows all come from an API. The database pages are not among them: they give the ends of minor versions.
ANSWERED = ("kubernetes", "elb-tls")

Versions = list[Version]


def refresh(path: Path, region: str, environment: Mapping[str, str], today: datetime.date) -> list[str]:
    """Update the file, and return what changed and which pages to read by hand. Raises OpsError."""
    refuse_endpoints(environment)
    before = parse(path.read_text())
    session = boto3.Session(region_name=region)
    try:
        after = asked(before, session, today)
    except (BotoCoreError, ClientError) as error:
        message = " ".join(str(error).split())
        raise OpsError(
            f"AWS did not answer: {message}; log in with `aws sso login`, or choose a profile with "
            "`export AWS_PROFILE=...`; it needs rds:DescribeDBEngineVersions, rds:DescribeDBMajorEngineVersions, "
            "eks:DescribeClusterVersions and elasticloadbalancing:DescribeSSLPolicies",
            ExitCode.REFUSED,
        ) from None
    path.write_text(as_text(after))
    return [*changes(before, after), *to_read(after)]


def asked(before: Calendar, session: Any, today: datetime.date) -> Calendar:
    """Return the calendar, updated with the responses of AWS."""
    rds, eks, elbv2 = (session.client(name) for name in ("rds", "eks", "elbv2"))
    answers: dict[Kind, Versions] = {
        **{engine: _engine(engine, before, rds) for engine in get_args(EngineName)},
        "kubernetes": _kubernetes(eks),
        "elb-tls": _policies(elbv2),
    }
    known = {(each.kind, each.version) for rows in answers.values() for each in rows}
    kept = [
        # A version that AWS no longer lists cannot be created.
        dataclasses.replace(each, can_create=each.can_create and each.kind not in answers)
        for each in before.versions
        if (each.kind, each.version) not in known
    ]
    versions = [*kept, *(each for rows in answers.values() for each in rows)]
    read = {name: dataclasses.replace(each, read=today, note="") for name, each in before.pages.items()}
    pages = {name: read[name] if name in ANSWERED else page for name, page in before.pages.items()}
    used = {each.page for each in versions}
    return Calendar({name: page for name, page in pages.items() if name in used}, tuple(versions))


def as_text(calendar: Calendar) -> str:
    """Return the file's text: one row per line, sorted independently of the order of the responses."""
    pages = {name: _fields(page) for name, page in sorted(calendar.pages.items())}
    order = get_args(Kind)
    rows = sorted(calendar.versions, key=lambda each: (order.index(each.kind), each.order, each.version))
    lines = ",\n".join(f"    {json.dumps(_fields(each))}" for each in rows)
    listed = ",\n".join(f"    {json.dumps(name)}: {json.dumps(page)}" for name, page in pages.items())
    return f'{{\n  "pages": {{\n{listed}\n  }},\n  "versions": [\n{lines}\n  ]\n}}\n'


def changes(before: Calendar, after: Calendar) -> Iterator[str]:
    """Yield the rows that are new, removed, or changed."""
    old, new = ({(each.kind, each.version): each for each in calendar.versions} for calendar in (before, after))
    for key in sorted({*old, *new}):
        if key not in new:
            yield f"removed  {' '.join(key)}"
        elif key not in old:
            yield f"new      {' '.join(key)}{_details(new[key])}"
        elif old[key] != new[key]:
            yield f"changed  {' '.join(key)}{_details(new[key])}"


def to_read(calendar: Calendar) -> Iterator[str]:
    """Yield the pages that no API covers, with the date on which they were last read."""
    for name, page in sorted(calendar.pages.items()):
        if name not in ANSWERED:
            unknown = [
                each.version
                for each in calendar.versions
                if each.page == name and each.can_create and not each.end_of_standard_support
            ]
            without = f", no end date for: {', '.join(unknown)}" if unknown else ""
            yield f'read     "{page.title}", {page.url} (last read on {page.read}{without})'


def _engine(engine: EngineName, before: Calendar, rds: Any) -> Versions:
    """Return an engine's major versions, and the versions that an environment file can name."""
    known = {each.version: each for each in before.of(engine)}
    pages = rds.get_paginator("describe_db_engine_versions").paginate(Engine=engine, IncludeAll=True)
    minors = [
        dataclasses.replace(
            known.get(each["EngineVersion"], Version(engine, each["EngineVersion"], engine)),
            major=each["MajorEngineVersion"],
            can_create=each["Status"] == "available",
        )
        for page in pages
        for each in page["DBEngineVersions"]
        if ENGINES[engine].full_version.fullmatch(each["EngineVersion"])
    ]
    return [*_majors(engine, {each.major for each in minors}, rds), *minors]


def _majors(engine: EngineName, wanted: set[str], rds: Any) -> Iterator[Version]:
    pages = rds.get_paginator("describe_db_major_engine_versions").paginate(Engine=engine)
    for each in (each for page in pages for each in page["DBMajorEngineVersions"]):
        name = each["MajorEngineVersion"]
        ends = {
            support["LifecycleSupportName"]: _day(support["LifecycleSupportEndDate"])
            for support in each.get("SupportedEngineLifecycles", [])
        }
        if name in wanted:
            yield Version(
                engine,
                name,
                engine,
                major=name,
                end_of_standard_support=ends.get(STANDARD),
                end_of_extended_support=ends.get(EXTENDED),
            )


def _kubernetes(eks: Any) -> Versions:
    """Return the EKS versions. A version can be created until its extended support ends ("Amazon EKS version FAQs")."""
    pages = eks.get_paginator("describe_cluster_versions").paginate(includeAll=True)
    return [
        Version(
            "kubernetes",
            each["clusterVersion"],
            "kubernetes",
            no_creation_from=_day(each["endOfExtendedSupportDate"]),
            end_of_standard_support=_day(each["endOfStandardSupportDate"]),
            end_of_extended_support=_day(each["endOfExtendedSupportDate"]),
        )
        for page in pages
        for each in page["clusterVersions"]
    ]


def _policies(elbv2: Any) -> Versions:
    """Return the TLS policies that the modules can choose. AWS gives no end dates for them."""
    pages = elbv2.get_paginator("describe_ssl_policies").paginate(LoadBalancerType="application")
    names = (each["Name"] for page in pages for each in page["SslPolicies"])
    return [Version("elb-tls", name, "elb-tls") for name in names if name.startswith(POLICIES)]


def _day(moment: datetime.datetime) -> datetime.date:
    """Return the UTC date, as on AWS's pages. The APIs return a time in any time zone."""
    return moment.astimezone(datetime.UTC).date()


def _fields(row: Version | Page) -> dict[str, Any]:
    """Return a row's fields as JSON values, without the defaults."""
    defaults = {each.name: each.default for each in dataclasses.fields(row)}
    return {
        name: value.isoformat() if isinstance(value, datetime.date) else value
        for name, value in vars(row).items()
        if value != defaults[name]
    }


def _details(row: Version) -> str:
    fields = {name: value for name, value in _fields(row).items() if name not in ("kind", "version", "page", "major")}
    return f": {', '.join(f'{name} {value}' for name, value in fields.items())}" if fields else ""
