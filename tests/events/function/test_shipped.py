"""Variables of the functions in lambdas/: the table is what they read, and blocks must set the required ones."""

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from modules.events.function.keys.shipped import SHIPPED
from ops.workspace import PROJECT
from tests.support.environments import DEV, only_problem, problems_of

#: Minimal environment with which each function starts.
REQUIRED = {
    "database_logins": {
        "ENGINE": "mysql",
        "HOST": "agora.cluster-abc.ap-northeast-2.rds.amazonaws.com",
        "PORT": "3306",
        "NAME": "agora",
        "ADMINISTRATOR_SECRET_ARN": "arn:aws:secretsmanager:ap-northeast-2:333333333333:secret:rds!cluster-1",
    },
    "log_documents": {"DELIVERY_STREAM": "agora-prod-search-logs"},
    "search": {"ENDPOINT": "vpc-agora.es.amazonaws.com", "INDEX": "logs", "RETENTION_DAYS": "30", "REPLICAS": "1"},
    "push": {"PLATFORM_APPLICATIONS": "arn:aws:sns:ap-northeast-2:333333333333:app/GCM/agora"},
    "slack_alarm": {"SECRET_SLACK_WEBHOOK_ARN": "arn:aws:secretsmanager:ap-northeast-2:333333333333:secret:webhook"},
    "thumbnail": {"SIZES": "320x320"},
}
PREREQUISITES = 'bucket "content" { }\nsecret "slack-webhook" { }\n'


class Recorded(Mapping[str, str]):
    """An environment that records which variables are read."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def read(function: str, environment: Mapping[str, str]) -> object:
    return importlib.import_module(f"lambdas.{function}.settings").Settings.read(environment)


def test_shipped_declares_every_function_of_lambdas() -> None:
    assert set(SHIPPED) == {handler.parent.name for handler in (PROJECT / "lambdas").glob("*/handler.py")}


@pytest.mark.parametrize("function", SHIPPED)
def test_function_reads_exactly_the_declared_variables(function: str) -> None:
    recorded = Recorded(REQUIRED.get(function, {}))
    read(function, recorded)
    assert recorded.asked == set(SHIPPED[function])


@pytest.mark.parametrize("function", SHIPPED)
def test_declared_default_equals_the_default_of_the_function(function: str) -> None:
    required = REQUIRED.get(function, {})
    defaults = {name: each.default for name, each in SHIPPED[function].items() if each.default is not None}
    assert set(required) == set(SHIPPED[function]) - set(defaults)
    assert read(function, {**required, **defaults}) == read(function, required)


@pytest.mark.parametrize("function", REQUIRED)
def test_function_without_required_variables_does_not_start(function: str) -> None:
    with pytest.raises(ValueError, match="|".join(REQUIRED[function])):
        read(function, {})


def thumbnail(*lines: str, prefix: str = "uploads/", read: str = "uploads/", write: str = "thumbnails/") -> str:
    own = "".join(f"  {line}\n" for line in lines or ['environment = { SIZES = "320x320" }'])
    return (
        f'{DEV}{PREREQUISITES}function "thumbnail" {{\n{own}'
        f'  buckets = {{ content = ["read {read}", "write {write}"] }}\n'
        f'  on_object "new" {{\n    bucket = "content"\n    prefix = "{prefix}"\n  }}\n}}\n'
    )


def test_thumbnail_trigger_within_the_source_prefix_is_valid(tmp_path: Path) -> None:
    media = 'environment = { SIZES = "320x320", SOURCE_PREFIX = "media/", TARGET_PREFIX = "small/" }'
    valid = {
        "plain": thumbnail(prefix="uploads/2026/"),
        "other": thumbnail(media, prefix="media/", read="media/", write="small/").replace('"10.20.0.0', '"10.20.64.0'),
    }
    for name, text in valid.items():
        assert problems_of(tmp_path, {name: text}) == []
        (tmp_path / f"{name}.hcl").unlink()


def test_thumbnail_trigger_outside_the_source_prefix_is_a_problem(tmp_path: Path) -> None:
    text = thumbnail(prefix="media/")
    assert only_problem(tmp_path, {"dev": text}).partition(": ")[2] == (
        'function.thumbnail.on_object.new.prefix media/ is not under SOURCE_PREFIX = "uploads/": the function ignores '
        'all other objects; write environment = { SOURCE_PREFIX = "media/" }, or prefix = "uploads/"'
    )


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"read": "media/"}, 'does not allow the function to read "uploads/"'),
        ({"write": "small/"}, 'does not allow the function to write "thumbnails/"'),
    ],
)
def test_thumbnail_without_permission_for_its_prefixes_is_a_problem(
    tmp_path: Path, changed: dict[str, str], rule: str
) -> None:
    assert f"function.thumbnail.buckets.content {rule}" in only_problem(tmp_path, {"dev": thumbnail(**changed)})


@pytest.mark.parametrize(
    ("code", "variable"),
    [("push", "PLATFORM_APPLICATIONS"), ("slack_alarm", "SECRET_SLACK_WEBHOOK_ARN"), ("thumbnail", "SIZES")],
)
def test_block_without_a_required_variable_is_a_problem(tmp_path: Path, code: str, variable: str) -> None:
    text = f'{DEV}function "any" {{\n  code = "{code}"\n}}\n'
    problem = only_problem(tmp_path, {"dev": text})
    assert f"function.any.environment {variable} is not set, and {code} does not start without it" in problem


def test_secret_with_the_expected_name_sets_the_variable(tmp_path: Path) -> None:
    text = f'{DEV}{PREREQUISITES}function "any" {{\n  code    = "slack_alarm"\n  secrets = ["slack-webhook"]\n}}\n'
    assert problems_of(tmp_path, {"dev": text}) == []


def test_function_that_is_not_shipped_needs_no_declaration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lambdas" / "copy").mkdir(parents=True)
    (tmp_path / "lambdas" / "copy" / "handler.py").write_text("def handler(event, context): ...\n")
    monkeypatch.setenv("LAMBDAS", str(tmp_path / "lambdas"))
    assert problems_of(tmp_path, {"dev": f'{DEV}function "copy" {{\n}}\n'}) == []


def test_function_without_a_folder_is_a_problem_that_lists_the_folders(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, {"dev": f'{DEV}function "copy" {{\n}}\n'})
    assert problem.startswith(
        "dev.hcl:10: function.copy has no code: lambdas/copy/handler.py does not exist; create it"
    )
    assert problem.endswith("log_documents, maintenance, push, search, slack_alarm, thumbnail")
