"""`.gitlab-ci.yml`, run by gitlab-ci-local in a scratch clone on the embedded AWS.

It does not test GitLab and AWS themselves: protected tags, resource groups, tokens, and who may run manual jobs.
"""

import csv
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local_aws.process import LocalAws
from modules.environment_files import load
from ops.audit import AuditLog
from ops.target import Target
from ops.workspace import PROJECT
from tests.local.account import ACCOUNT, HEADER
from tests.local.clone import Clone, create_clone
from tests.support import rsync

STATE = (f"mobile-account-state-{ACCOUNT}-us-east-1", "mobile/dev/terraform.tfstate")
#: A small environment without resources for which the provider waits.
DEV = f"""\
{HEADER}
secret "token" {{
}}

pipeline {{
  gitlab {{
    project = "mobile/groundwork"
  }}
}}
"""
STAGING = DEV.replace("development", "staging")


@dataclass(frozen=True)
class Repository(Clone):
    """A scratch clone whose pipeline gitlab-ci-local runs."""

    home: Path

    def push(self, path: str, text: str) -> None:
        """Change one file. For the runner, everything that the origin does not have is pushed."""
        self.git("push", "--quiet", "origin", "main")
        self.commit(path, text)

    def ci(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the pipeline of the last push, or one of its jobs."""
        return subprocess.run(
            ["gitlab-ci-local", "--force-shell-executor", "--no-shell-isolation", "--home", str(self.home), *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def jobs(self) -> set[str]:
        """Return the jobs in the pipeline of the last push, except `check`."""
        listed = self.ci("--list-csv")
        assert listed.returncode == 0, listed.stderr
        return {each["name"] for each in csv.DictReader(listed.stdout.splitlines(), delimiter=";")} - {"check"}

    def resources(self) -> list[str]:
        """Return the resources in dev's state."""
        state = json.loads(self.s3.get_object(Bucket=STATE[0], Key=STATE[1])["Body"].read())
        return sorted(f"{each['type']}.{each['name']}" for each in state["resources"])


@pytest.fixture(scope="module")
def repository(bare_account: Target, local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    scratch = tmp_path_factory.mktemp("pipeline")
    programs = (_rsync(scratch), PROJECT / "node_modules" / ".bin")
    clone = create_clone(scratch, {"dev": DEV, "staging": STAGING}, bare_account, local_aws, programs=programs)
    return Repository(clone.folder, clone.environment, clone.target, clone.account, scratch / "home")


def _rsync(scratch: Path) -> Path:
    """Return a folder with an rsync for gitlab-ci-local."""
    program = scratch / "programs" / "rsync"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{rsync.__file__}" "$@"\n')
    program.chmod(0o755)
    return program.parent


def planned(repository: Repository) -> "subprocess.CompletedProcess[str]":
    return repository.ci("plan:dev")


def applied(repository: Repository) -> "subprocess.CompletedProcess[str]":
    """Apply on a runner with only the commit, the installed packages, and the plan's artifact."""
    repository.clean()
    return repository.ci("apply:dev")


def test_push_affecting_staging_does_not_plan_dev(repository: Repository) -> None:
    # Staging is planned by the tag of a release candidate.
    repository.push("envs/staging.hcl", STAGING + "# more\n")
    assert repository.jobs() == set()


def test_push_affecting_no_environment_plans_nothing(repository: Repository) -> None:
    repository.push("docs/note.md", "A note.\n")
    assert repository.jobs() == set()


def test_push_affecting_dev_plans_only_dev(repository: Repository) -> None:
    repository.push("envs/dev.hcl", DEV + "# more\n")
    assert repository.jobs() == {"plan:dev", "apply:dev"}


def test_plan_job_stores_plan_and_applies_nothing(repository: Repository) -> None:
    done = planned(repository)
    assert done.returncode == 0, done.stdout + done.stderr
    artifact = repository.folder / "build" / "ci" / "dev"
    summary = (artifact / "summary.md").read_text()
    assert '<b>secret "token"</b>' in summary
    assert "\n- create `aws_secretsmanager_secret.secret_token`\n" in summary
    assert "this pipeline does not run for a merge request; nothing is posted" in done.stdout + done.stderr
    report = json.loads((artifact / "terraform-report.json").read_text())
    assert (report["update"], report["delete"]) == (0, 0)
    assert report["create"] > 0
    assert {each.name for each in (artifact / "dev").iterdir()} >= {"cdk.tf.json", "plan.tfplan", ".terraform.lock.hcl"}
    objects = repository.s3.list_objects_v2(Bucket=STATE[0]).get("Contents", [])
    assert STATE[1] not in {each["Key"] for each in objects}


def test_plan_that_needs_more_rights_than_the_role_has_is_refused(repository: Repository) -> None:
    repository.push("envs/dev.hcl", DEV + 'queue "jobs" {\n}\n')
    done = planned(repository)
    repository.push("envs/dev.hcl", DEV)
    assert done.returncode != 0
    message = r"envs/dev\.hcl:9: the roles of dev's pipeline lack what .*sqs:.*: make bootstrap ENV=dev"
    assert re.search(message, done.stdout + done.stderr)
    assert planned(repository).returncode == 0


def test_tampered_plan_is_refused(repository: Repository) -> None:
    stack = repository.folder / "build" / "ci" / "dev" / "dev" / "cdk.tf.json"
    before = stack.read_bytes()
    stack.write_bytes(before + b"\n")
    done = applied(repository)
    stack.write_bytes(before)
    assert done.returncode != 0
    assert "cdk.tf.json changed after the plan" in done.stdout + done.stderr


def test_locked_state_is_refused(repository: Repository) -> None:
    key = f"{STATE[1]}.tflock"
    holder = {"ID": "1", "Operation": "OperationTypeApply", "Who": "mina@laptop", "Created": "2026-11-21T03:40:35Z"}
    repository.s3.put_object(Bucket=STATE[0], Key=key, Body=json.dumps(holder))
    done = planned(repository)
    repository.s3.delete_object(Bucket=STATE[0], Key=key)
    assert done.returncode != 0
    assert "locked by mina@laptop" in done.stdout + done.stderr


def test_manual_apply_job_applies_the_reviewed_plan(repository: Repository) -> None:
    assert planned(repository).returncode == 0
    done = applied(repository)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "aws_secretsmanager_secret.secret_token" in repository.resources()


def test_applied_plan_is_in_the_audit_log(repository: Repository) -> None:
    file = load(repository.folder / "envs")["dev"]
    deploys = [each.fields for each in AuditLog(repository.target, file).entries(datetime(2020, 1, 1, tzinfo=UTC))]
    assert [(each["event"], each["result"], each["commit"]) for each in deploys] == [
        ("deploy", "done", repository.git("rev-parse", "HEAD").strip())
    ]


def test_apply_with_changed_state_is_refused(repository: Repository) -> None:
    """Run the manual job again: its plan is for an outdated state."""
    done = applied(repository)
    assert done.returncode != 0
    assert "the state has changed since the plan" in done.stdout + done.stderr


def test_next_plan_is_empty_and_its_apply_does_nothing(repository: Repository) -> None:
    assert planned(repository).returncode == 0
    assert "## Plan of `dev`: no changes\n" in (repository.folder / "build" / "ci" / "dev" / "summary.md").read_text()
    done = applied(repository)
    assert done.returncode == 0
    assert "dev: no changes" in done.stdout


def test_plan_job_refused_by_guard_explains_in_summary(repository: Repository) -> None:
    # In a development environment, this would only be a note.
    repository.push("envs/dev.hcl", STAGING.replace('secret "token" {\n}\n', ""))
    done = planned(repository)
    assert done.returncode != 0
    summary = (repository.folder / "build" / "ci" / "dev" / "summary.md").read_text()
    assert "refused: aws_secretsmanager_secret.secret_token would be destroyed, and with it its value." in summary


def test_manual_change_is_drift(repository: Repository) -> None:
    # As applied: the tags of another tier would differ.
    repository.push("envs/dev.hcl", DEV)
    drift = ["drift:dev", "--variable", "CI_PIPELINE_SOURCE=schedule"]
    assert repository.ci(*drift).returncode == 0
    secrets = repository.target.session(ACCOUNT).client("secretsmanager", region_name="us-east-1")
    secrets.update_secret(SecretId="mobile/dev/token", Description="by hand")
    done = repository.ci(*drift)
    assert done.returncode != 0
    assert (
        "aws_secretsmanager_secret.secret_token: changed outside Terraform (description)" in done.stdout + done.stderr
    )
