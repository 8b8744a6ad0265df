"""The runbooks of alarms and events: complete, current, and with commands that the AWS CLI knows."""

import json
import re
import shlex
import typing
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jmespath
import pytest
from botocore import xform_name
from botocore.model import OperationModel, Shape
from botocore.session import Session
from pydantic import Field

from lambdas.slack_alarm.events import slug
from modules.account.notify.keys.events import EVENTS as ACCOUNT_EVENTS
from modules.account.notify.settings import NotifySettings
from modules.foundation.names import Names
from modules.foundation.settings import Settings
from modules.hcl.reading import check, pass_tier, read, written
from modules.observability.alarms.keys.alarm import Watched
from modules.observability.alarms.keys.aws_events import EVENTS
from modules.observability.alarms.keys.planned import PlannedAlarm
from modules.observability.alarms.regional import WAIT_SECONDS
from modules.observability.alarms.settings import KINDS, AlarmsSettings
from modules.observability.slo.keys.indicators import indicators_of
from modules.observability.slo.settings import LatencySettings, SloSettings
from ops.reference.runbooks import PAGE, Runbook, events_by_heading, page, runbooks
from ops.workspace import PROJECT
from tests.ops.test_reference import models

NAMES = Names(product="agora", environment="prod", account_id="333333333333", region="ap-northeast-2")
#: [AWS CLI Command Reference, Options](https://docs.aws.amazon.com/cli/latest/reference/#options).
GLOBAL_OPTIONS = {"region", "query", "output", "no-cli-pager", "cli-binary-format"}
#: Commands of the CLI that are no operations, with their options. [AWS CLI Command Reference, logs tail]
#: (https://docs.aws.amazon.com/cli/latest/reference/logs/tail.html).
CLI_COMMANDS = {("logs", "tail"): {"since", "follow", "format", "filter-pattern"}}
#: Options that the CLI adds to operations that return pages.
PAGING = {"max-items", "page-size", "starting-token"}
#: Words in backquotes that are no keys: parts of outputs and of databases.
NO_KEYS = {"cache_endpoints", "databases", "host", "innodb_print_all_deadlocks", "pg_terminate_backend", "reader"}
NO_KEYS |= {"fast", "slow", "steady", "read_only_host", "postgresql", "image", "events_off", "off"}
HEADINGS = sorted(runbooks())
#: With all indicators.
SLO = SloSettings(load_balancer="public", objective=99.9, latency=LatencySettings(p99_ms=300))


class Alone(Settings):
    """A file with nothing but alarms, or with the notifications of an account."""

    notify: NotifySettings | None = None
    alarms: AlarmsSettings | None = None
    slo: dict[str, SloSettings] = Field(default_factory=dict)


def test_committed_page_is_current() -> None:
    assert (PROJECT / PAGE).read_text() == page(), "run `make reference`"


def test_every_alarm_and_event_has_a_runbook_and_none_is_left_over() -> None:
    alarms = {f"{kind} {key}" for kind, model in KINDS.items() for key, _ in model.declared()}
    objectives = {f"slo {each.name}" for each in indicators_of(SLO, 1)}
    assert set(HEADINGS) == alarms | objectives | set(events_by_heading())


@pytest.mark.parametrize("heading", HEADINGS)
def test_runbook_has_all_texts_and_cites_aws(heading: str) -> None:
    runbook = runbooks()[heading]
    assert all(text.strip() for text in (runbook.means, runbook.look, runbook.now, runbook.later))
    assert len(runbook.causes) >= 3
    assert runbook.pages
    assert all(
        re.fullmatch(r"\[.+\]\(https://(docs\.aws\.amazon\.com|repost\.aws)/\S+\)", each) for each in runbook.pages
    )


def page_headings() -> list[str]:
    return re.findall(r"^#+ (.+)$", page(), re.MULTILINE)


def gitlab_anchor(heading: str) -> str:
    """[GitLab Flavored Markdown, Heading IDs and links]
    (https://docs.gitlab.com/user/markdown/#heading-ids-and-links).
    """
    return re.sub(r"-+", "-", re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"))


def test_anchor_of_each_alarm_and_event_is_in_the_page_once() -> None:
    anchors = Counter(map(gitlab_anchor, page_headings()))
    assert max(anchors.values()) == 1
    linked = {*alarm_anchors(), *slack_anchors(), *(f"slo-{each.name}" for each in indicators_of(SLO, 1))}
    assert len(linked) == len(HEADINGS)
    assert linked | set(composite_anchors()) <= set(anchors)


def alarm_anchors() -> Iterator[str]:
    nothing: Any = None
    for kind, model in KINDS.items():
        for key, alarm in model.declared():
            yield PlannedAlarm(Watched(kind, "main", nothing, nothing), key, alarm, model(), alarm.severity).anchor


def composite_anchors() -> Iterator[str]:
    nothing: Any = None
    for kind in KINDS:
        labelled = typing.get_origin(AlarmsSettings.model_fields[kind].annotation) is dict
        yield Watched(kind, "main" if labelled else "", nothing, nothing).anchor


def slack_anchors() -> Iterator[str]:
    """Yield the anchors that the function slack_alarm builds for what the event patterns match."""
    for event in [*EVENTS.values(), *ACCOUNT_EVENTS.values()]:
        pattern = event.pattern(NAMES)
        for detail_type in pattern["detail-type"]:
            is_call = detail_type == "AWS API Call via CloudTrail"
            yield from map(slug, pattern["detail"]["eventName"] if is_call else [detail_type])


def test_events_with_one_detail_type_share_a_section() -> None:
    assert set(events_by_heading()["RDS DB Instance Event"]) == {
        "database_failure",
        "database_failover",
        "database_maintenance",
    }
    assert set(events_by_heading()["DisableKey"]) == {"key_deletion"}


def examples() -> list[str]:
    return re.findall(r"^```hcl\n(.+?)^```$", page(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("number", range(len(HEADINGS)))
def test_example_is_a_valid_alarms_block(number: int, tmp_path: Path) -> None:
    text = examples()[number].replace('"NAME"', '"main"')
    for each in (text, turned_off(text)):
        file = tmp_path / "prod.hcl"
        file.write_text(each)
        document = read(file, Alone)
        values = pass_tier(Alone, document.values, {"tier": "production"})
        checked = check(document, Alone, values)
        assert checked.alarms or checked.slo or checked.notify


def turned_off(text: str) -> str:
    """Return the example with the line in its comment instead of the threshold."""
    found = re.search(r"# instead: (off = \{ (\w+) = .+)", text)
    return re.sub(rf"^ *{found[2]} = .+$", found[1], text, flags=re.MULTILINE) if found else text


def test_each_section_has_one_example() -> None:
    assert len(examples()) == len(HEADINGS)


@pytest.mark.parametrize("heading", HEADINGS)
def test_key_that_the_runbook_names_exists(heading: str) -> None:
    keys = {name for model in models() for name in written(model)}
    runbook = runbooks()[heading]
    named = set(re.findall(r"`([a-z][a-z0-9_]+)(?: = [^`]+)?`", f"{runbook.now} {runbook.later}"))
    assert named <= keys | NO_KEYS


@cache
def commands() -> tuple[str, ...]:
    """Return the AWS CLI commands of the page: indented ones, on one or more lines, and those in backquotes."""
    text = page().replace("\\\n", " ")
    indented = re.findall(r"^    (aws .+)$", text, re.MULTILINE)
    return tuple(dict.fromkeys([*indented, *re.findall(r"`(aws [^`]+)`", text)]))


@pytest.mark.parametrize("command", commands())
def test_command_is_an_operation_with_these_parameters(command: str) -> None:
    _, service, name, *arguments = shlex.split(command)
    options = {
        each.removeprefix("--"): value(arguments, number) for number, each in enumerate(arguments) if is_option(each)
    }
    if (service, name) in CLI_COMMANDS:
        assert set(options) <= CLI_COMMANDS[service, name] | GLOBAL_OPTIONS
        return
    operation = operation_of(service, name)
    assert operation.input_shape or not set(options) - GLOBAL_OPTIONS
    members = operation.input_shape.members if operation.input_shape else {}
    required = operation.input_shape.required_members if operation.input_shape else []
    assert set(options) <= {xform_name(each, "-") for each in members} | GLOBAL_OPTIONS | PAGING
    # The shape's required members that the CLI takes as arguments without a name are none of ours.
    assert {xform_name(each, "-") for each in required} <= set(options)
    if query := options.get("query"):
        assert fields(jmespath.compile(query).parsed) <= set(member_names(operation.output_shape))


def is_option(argument: str) -> bool:
    return argument.startswith("--")


def value(arguments: list[str], number: int) -> str:
    """Return what follows an option, or nothing."""
    return "".join(each for each in arguments[number + 1 : number + 2] if not is_option(each))


def operation_of(service: str, name: str) -> OperationModel:
    model = session().get_service_model(service)
    names = {xform_name(each, "-"): each for each in model.operation_names}
    assert name in names, f"{service} has no {name}"
    return model.operation_model(names[name])


@cache
def session() -> Session:
    return Session()


def fields(expression: dict[str, Any]) -> set[str]:
    """Return the names of all fields in a JMESPath expression."""
    own = {expression["value"]} if expression["type"] == "field" else set()
    return own.union(*(fields(each) for each in expression["children"] if isinstance(each, dict)))


def member_names(shape: Shape | None, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the names of all members of a shape, at any depth."""
    inner: Any = shape
    if inner is None or inner.name in seen:
        return
    seen |= {inner.name}
    for name, member in getattr(inner, "members", {}).items():
        yield name
        yield from member_names(member, seen)
    for each in ("member", "value"):
        yield from member_names(getattr(inner, each, None), seen)


#: Names that are in no stack: that of a mute rule, and the log of Aurora PostgreSQL, which no environment has.
NOT_OURS = {"PRODUCT-ENV-muted", "/aws/rds/cluster/PRODUCT-ENV-NAME/postgresql"}
#: What the words in capitals stand for.
WORDS = {
    "PRODUCT": "[a-z]+",
    "ENV": "[a-z-]+",
    "CLUSTER|SERVICE|NAME|PLACE|REGION": "[a-z0-9-]+",
    "ACCOUNT": "[0-9]{12}",
}


def test_names_in_commands_are_those_of_the_stacks(reference: Path, further: Path) -> None:
    stacks = [path for output in (reference, further) for path in output.glob("stacks/*/cdk.tf.json")]
    names = "\n".join(sorted({text for path in stacks for text in strings(json.loads(path.read_text()))}))
    assert names_in_commands()
    for name in names_in_commands() - NOT_OURS:
        pattern = re.escape(name)
        for words, meaning in WORDS.items():
            pattern = re.sub(words, meaning, pattern)
        assert re.search(rf"^{pattern}$", names, re.MULTILINE), f"no stack has {name}"


def names_in_commands() -> set[str]:
    """Return the names of resources in the commands: without the beginnings of URLs, of ARNs, and of names."""
    found: set[str] = set()
    for command in commands():
        found |= set(re.findall(r"(?:(?<=[\s=':])|(?<=ACCOUNT/)|(?<=app/))/?[\w/-]*PRODUCT[\w/-]+", command))
    parts = {
        part for name in found for part in ([name] if name.startswith("/") else name.split("/")) if "PRODUCT" in part
    }
    return {part for part in parts if not part.endswith("-") and part != "PRODUCT"}


def strings(value: Any) -> Iterator[str]:
    """Yield all strings in a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def test_introduction_agrees_with_the_alarms() -> None:
    assert "Caches have no critical alarm" in page()
    assert {alarm.severity for _, alarm in KINDS["cache"].declared()} == {"warning"}
    assert "waits two minutes" in page().replace("\n  ", " ")
    assert WAIT_SECONDS == 120
    development = AlarmsSettings.model_validate({"tier": "development"})
    assert "development has only critical ones" in page()
    assert development.severities == ("critical",)


def test_page_has_commands() -> None:
    assert len(commands()) > len(HEADINGS)


def test_runbook_names_no_other_runbook_that_does_not_exist() -> None:
    for runbook in runbooks().values():
        for named in re.findall(r'"((?:\w+) (?:\w+))"', " ".join(texts(runbook))):
            kind, _ = named.split()
            assert kind not in KINDS or named in HEADINGS, named


def texts(runbook: Runbook) -> tuple[str, ...]:
    return (runbook.means, runbook.look, *runbook.causes, runbook.now, runbook.later)
