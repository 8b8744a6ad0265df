"""`python -m ops publish` on the command line: output, exit codes, and the audit log."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ops.errors import ExitCode
from ops.publish.commands import source_of
from ops.target import Target
from ops.workspace import PROJECT
from tests.ops.publish.conftest import Site
from tests.support.sites import FIRST, SECOND, written


def ops(target: Target, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("AWS_", "ENV", "CI", "GITHUB"))}
    workspace = target.workspace
    return subprocess.run(
        [sys.executable, "-m", "ops", "publish", *arguments, "--envs", str(workspace.envs)],
        cwd=PROJECT,
        env={**kept, "COLUMNS": "80", "GROUNDWORK_BUILD": str(workspace.build), **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_publish_list_and_rollback(target: Target, site: Site, tmp_path: Path) -> None:
    logs = site.clients("logs")
    logs.create_log_group(logGroupName="/agora/dev/audit")
    assert ops(target, "www", "--list", "--local").stdout == "www: nothing was published yet\n"
    first = written(tmp_path, FIRST)
    done = ops(target, "www", "--from", str(first), "--tag", "v1.0.0", "--local")
    assert (done.returncode, done.stdout.splitlines()[1:]) == (
        0,
        [
            "uploaded  4 files, 0 unchanged",
            "pages     3 changed",
            "deleted   0 files that no release needs any longer",
        ],
    )
    second = written(tmp_path, SECOND)
    job = {"CI_COMMIT_TAG": "v1.1.0", "CI_COMMIT_SHA": "0a1b2c3d"}
    done = ops(target, "www", "--from", str(second), "--local", "--json", **job)
    report = json.loads(done.stdout)
    assert (report["tag"], report["commit"], report["uploaded"]) == ("v1.1.0", "0a1b2c3d", 3)
    done = ops(target, "www", "--rollback", "--local")
    assert done.stdout.splitlines()[0].endswith(")")
    assert site.text("index.html") == FIRST["index.html"]
    listed = ops(target, "www", "--list", "--local").stdout.splitlines()
    assert [line.split("  ")[1:3] for line in listed] == [
        ["v1.0.0", "4 files"],
        ["v1.1.0", "4 files"],
        ["v1.0.0", "4 files"],
    ]
    assert listed == sorted(listed, reverse=True)
    assert [line.endswith("  (live)") for line in listed] == [True, False, False]
    events = logs.filter_log_events(logGroupName="/agora/dev/audit", logStreamNames=["publish"])["events"]
    lines = [json.loads(each["message"]) for each in events]
    assert [(each["event"], each["site"], each["tag"], each["restores"] is None) for each in lines] == [
        ("publish", "www", "v1.0.0", True),
        ("publish", "www", "v1.1.0", True),
        ("publish", "www", "v1.0.0", False),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["www"], "write one of --from dist/, --rollback, and --list"),
        (["www", "--from", "dist", "--rollback"], "write one of --from dist/, --rollback, and --list"),
        (["www", "--from", "dist", "--to", "v1"], "--to is for --rollback; to publish a folder, write --from dist/"),
        (["www", "--from", "dist-0"], "--from dist-0 is not a folder; build the site first"),
        (["shop", "--list"], 'dev.hcl declares no site "shop", it declares www, docs'),
    ],
)
def test_wrong_use_is_an_error(arguments: list[str], message: str, target: Target) -> None:
    done = ops(target, *arguments, "--local")
    assert (done.returncode, done.stdout) == (ExitCode.REFUSED, "")
    assert message in done.stderr


@pytest.mark.parametrize("arguments", [["--list"], ["--rollback"]])
def test_site_that_is_not_applied_is_an_error_with_the_command(arguments: list[str], target: Target) -> None:
    done = ops(target, "docs", *arguments, "--local")
    assert (done.returncode, done.stdout) == (ExitCode.REFUSED, "")
    message = " ".join(done.stderr.split())
    assert "dev is not applied with site.docs: there is no bucket agora-dev-" in message
    assert message.endswith(f"apply it first: make local ENV=dev ENVS={target.workspace.envs}")


def test_job_of_a_site_that_nobody_may_publish_is_an_error_with_its_line(target: Target) -> None:
    done = ops(target, "www", "--rollback", "--local", AWS_ID_TOKEN="a.b.c")
    assert done.returncode == ExitCode.REFUSED
    assert "dev.hcl:13: site.www has no published_by, so AWS lets no job publish it" in done.stderr


def test_source_is_that_of_the_job() -> None:
    assert source_of({}, None) == (None, None)
    assert source_of({"CI_COMMIT_TAG": "v1", "CI_COMMIT_SHA": "1a"}, None) == ("v1", "1a")
    github = {"GITHUB_REF_NAME": "v2", "GITHUB_REF_TYPE": "tag", "GITHUB_SHA": "2b"}
    assert source_of(github, None) == ("v2", "2b")
    assert source_of({**github, "GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "main"}, None) == (None, "2b")
    assert source_of(github, "v3") == ("v3", "2b")
