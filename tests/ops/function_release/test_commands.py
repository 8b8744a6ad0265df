"""The command line of `release-function`: what excludes what, and the exit codes."""

from typing import Any

import pytest
from typer.testing import CliRunner

from ops.commands import app
from ops.errors import ExitCode, OpsError
from ops.function_release import commands
from ops.function_release.release import Released, Result


class Releases:
    """Releases that end with this result."""

    def __init__(self, result: Result) -> None:
        self.done = Released("release", "orders", "3", "2", result, "too many errors" if result == "failed" else "")
        self.wanted: Any = None

    def release(self, wanted: Any) -> Released:
        self.wanted = wanted
        return self.done

    def roll_back(self, to: str | None) -> Released:
        self.wanted = to
        return self.done

    def listed(self) -> list[Any]:
        return []

    def pending(self) -> list[str]:
        return ["Environment"]


def run(monkeypatch: pytest.MonkeyPatch, releases: Releases, *options: str) -> Any:
    monkeypatch.setattr(commands, "_releases", lambda *_, **__: releases)
    for variable in ("CI_COMMIT_TAG", "CI_COMMIT_SHA", "GITHUB_SHA"):
        monkeypatch.delenv(variable, raising=False)
    return CliRunner().invoke(app, ["release-function", "orders", *options])


@pytest.mark.parametrize(
    ("result", "code"), [("in service", ExitCode.DONE), ("failed", ExitCode.FUNCTION_RELEASE_FAILED)]
)
def test_exit_code_says_whether_the_version_is_in_service(
    monkeypatch: pytest.MonkeyPatch, result: Result, code: ExitCode
) -> None:
    releases = Releases(result)
    ended = run(monkeypatch, releases, "--package", "dist.zip", "--weight", "10", "--minutes", "5", "--tag", "v1.0.0")
    assert (ended.exit_code, releases.done.line in ended.stdout) == (code, True)
    assert (releases.wanted.shift.percent, releases.wanted.shift.time.total_seconds()) == (10, 300)
    assert releases.wanted.description == "v1.0.0"


def test_version_to_go_back_to_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    releases = Releases("in service")
    run(monkeypatch, releases, "--rollback", "--to", "7")
    assert releases.wanted == "7"


def test_list_names_what_waits_for_a_release(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = run(monkeypatch, Releases("unchanged"), "--list")
    assert ended.stdout == "changed by Terraform since, in service with the next release: Environment\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--rollback", "--package", "dist.zip"), "--package and --rollback exclude each other; write one of them"),
        (("--list", "--rollback"), "--rollback and --list exclude each other; write one of them"),
        (("--minutes", "5"), "--minutes is only for --weight, which is missing; remove it"),
        (
            ("--minutes", "5", "--max-errors", "0"),
            "--minutes and --max-errors are only for --weight, which is missing; remove them",
        ),
        (("--rollback", "--weight", "5"), "--weight is only for a release, not for --rollback or --list; remove it"),
        (("--to", "3"), "--to is only for --rollback; add it, or remove --to"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], message: str
) -> None:
    ended = run(monkeypatch, Releases("in service"), *options)
    assert isinstance(ended.exception, OpsError)
    assert (str(ended.exception), ended.exception.code) == (message, ExitCode.REFUSED)
