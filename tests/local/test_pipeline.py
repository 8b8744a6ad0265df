"""`.gitlab-ci.yml` run for real, by gitlab-ci-local in a scratch clone, against the embedded AWS.

What it is not: GitLab. Protected tags, resource groups, tokens and who may press the button are GitLab's and AWS's own.
"""

import csv
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local_aws.process import LocalAws
from ops.endpoints import ALLOWED
from ops.scan import checkov
from ops.target import Target
from ops.workspace import PROJECT
from tests.local.account import ACCOUNT, HEADER, write_aws_config

STATE = (f"mobile-account-state-{ACCOUNT}-us-east-1", "mobile/dev/terraform.tfstate")
#: What is in no commit, and on every machine that has run `make setup` and a plan.
INSTALLED = (".venv", ".venv-checkov", "node_modules")
#: Small, without anything that the provider waits for.
DEV = f"""\
{HEADER}
secret "token" {{
}}

pipeline {{
  project = "mobile/groundwork"
}}
"""
STAGING = DEV.replace("development", "staging")


@dataclass(frozen=True)
class Repository:
    """A scratch clone with an origin, on its default branch."""

    folder: Path
    environment: dict[str, str]
    target: Target
    home: Path
    """Without variables of the person who runs the tests."""

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True, env=self.environment
        ).stdout

    def push(self, path: str, text: str) -> None:
        """Change one file; the runner takes what the origin has not yet for what is pushed."""
        self.git("push", "--quiet", "origin", "main")
        (self.folder / path).parent.mkdir(exist_ok=True)
        (self.folder / path).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"change {path}")

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
        """Return the jobs of the last push's pipeline, `check` aside."""
        listed = self.ci("--list-csv")
        assert listed.returncode == 0, listed.stderr
        return {each["name"] for each in csv.DictReader(listed.stdout.splitlines(), delimiter=";")} - {"check"}

    @property
    def s3(self) -> Any:
        return self.target.session(ACCOUNT).client("s3", region_name="us-east-1")

    def resources(self) -> list[str]:
        """Return what dev's state holds."""
        state = json.loads(self.s3.get_object(Bucket=STATE[0], Key=STATE[1])["Body"].read())
        return sorted(f"{each['type']}.{each['name']}" for each in state["resources"])


@pytest.fixture(scope="module")
def repository(bare_account: Target, local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    scratch = tmp_path_factory.mktemp("pipeline")
    folder = scratch / "clone"
    shutil.copytree(PROJECT, folder, ignore=_left_behind)
    checkov.installed()
    for installed in INSTALLED:
        (folder / installed).symlink_to((PROJECT / installed).resolve())
    (folder / "envs").mkdir()
    (folder / "envs" / "dev.hcl").write_text(DEV)
    (folder / "envs" / "staging.hcl").write_text(STAGING)
    clone = Repository(folder, _shell(scratch, bare_account, local_aws), bare_account, scratch / "home")
    _publish(clone, scratch / "origin.git")
    return clone


def _left_behind(folder: str, names: list[str]) -> set[str]:
    """Return what the scratch clone has of its own, or makes anew."""
    generated = {name for name in names if name == "__pycache__" or name.endswith("_cache")}
    own = {".git", ".gitlab-ci-local", "build", "cdktf.out", "envs", "tests", *INSTALLED}
    return generated | (own if Path(folder) == PROJECT else set())


def _shell(scratch: Path, target: Target, local_aws: LocalAws) -> dict[str, str]:
    """Return what a runner's shell has: a profile whose endpoint is the embedded AWS, and who commits."""
    config = write_aws_config(scratch / "aws-config", target, local_aws)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "ENV", "GROUNDWORK", "CI", "GIT", "TF_"))
    }
    programs = os.pathsep.join([str(PROJECT / "node_modules" / ".bin"), kept["PATH"]])
    someone = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in SOMEONE.items()}
    more = {name: os.environ[name] for name in ("TF_CLI_CONFIG_FILE",) if name in os.environ}
    return {
        **kept, **someone, **more, "PATH": programs, "AWS_CONFIG_FILE": str(config),
        "AWS_EC2_METADATA_DISABLED": "true", "GROUNDWORK_LOCK_TIMEOUT": "3",
        ALLOWED: local_aws.endpoint,
    }  # fmt: skip


SOMEONE = {"NAME": "Mina", "EMAIL": "mina@agora.example"}


def _publish(repository: Repository, origin: Path) -> None:
    git = repository.git
    git("init", "--quiet", "--initial-branch", "main")
    subprocess.run(
        [str(PROJECT / ".venv" / "bin" / "python"), "-m", "ops", "ci", "write"],
        cwd=repository.folder, env=repository.environment, check=True, capture_output=True,
    )  # fmt: skip
    (repository.folder / ".git" / "info" / "exclude").write_text("".join(f"{name}\n" for name in INSTALLED))
    git("add", "--all")
    git("commit", "--quiet", "--message", "begin")
    git("init", "--quiet", "--bare", "--initial-branch", "main", str(origin))
    git("remote", "add", "origin", str(origin))
    git("push", "--quiet", "--set-upstream", "origin", "main")
    git("remote", "set-head", "origin", "main")


def planned(repository: Repository) -> "subprocess.CompletedProcess[str]":
    return repository.ci("plan:dev")


def applied(repository: Repository) -> "subprocess.CompletedProcess[str]":
    """Apply on a runner that has nothing but the commit, what is installed, and the plan's artifact."""
    kept = [option for name in (*INSTALLED, "build/ci") for option in ("--exclude", name)]
    repository.git("clean", "--quiet", "-xd", "--force", *kept)
    return repository.ci("apply:dev")


def test_a_push_that_touches_staging_plans_nothing_of_dev(repository: Repository) -> None:
    # Staging is planned by the tag of a release candidate.
    repository.push("envs/staging.hcl", STAGING + "# more\n")
    assert repository.jobs() == set()


def test_a_push_that_touches_no_environment_plans_nothing(repository: Repository) -> None:
    repository.push("docs/note.md", "A note.\n")
    assert repository.jobs() == set()


def test_a_push_that_touches_dev_plans_dev_only(repository: Repository) -> None:
    repository.push("envs/dev.hcl", DEV + "# more\n")
    assert repository.jobs() == {"plan:dev", "apply:dev"}


def test_the_plan_is_handed_on_and_nothing_is_applied(repository: Repository) -> None:
    done = planned(repository)
    assert done.returncode == 0, done.stdout + done.stderr
    artifact = repository.folder / "build" / "ci" / "dev"
    assert "| create | `aws_secretsmanager_secret.secret_token` |" in (artifact / "summary.md").read_text()
    report = json.loads((artifact / "terraform-report.json").read_text())
    assert (report["update"], report["delete"]) == (0, 0)
    assert report["create"] > 0
    assert {each.name for each in (artifact / "dev").iterdir()} >= {"cdk.tf.json", "plan.tfplan", ".terraform.lock.hcl"}
    objects = repository.s3.list_objects_v2(Bucket=STATE[0]).get("Contents", [])
    assert STATE[1] not in {each["Key"] for each in objects}


def test_a_tampered_plan_is_refused(repository: Repository) -> None:
    stack = repository.folder / "build" / "ci" / "dev" / "dev" / "cdk.tf.json"
    before = stack.read_bytes()
    stack.write_bytes(before + b"\n")
    done = applied(repository)
    stack.write_bytes(before)
    assert done.returncode != 0
    assert "cdk.tf.json changed after the plan" in done.stdout + done.stderr


def test_a_state_that_somebody_holds_is_refused(repository: Repository) -> None:
    key = f"{STATE[1]}.tflock"
    holder = {"ID": "1", "Operation": "OperationTypeApply", "Who": "mina@laptop", "Created": "2026-11-21T03:40:35Z"}
    repository.s3.put_object(Bucket=STATE[0], Key=key, Body=json.dumps(holder))
    done = planned(repository)
    repository.s3.delete_object(Bucket=STATE[0], Key=key)
    assert done.returncode != 0
    assert "locked by mina@laptop" in done.stdout + done.stderr


def test_a_person_applies_the_plan_that_was_read(repository: Repository) -> None:
    assert planned(repository).returncode == 0
    done = applied(repository)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "aws_secretsmanager_secret.secret_token" in repository.resources()


def test_a_moved_state_is_refused(repository: Repository) -> None:
    """The same button once more: the plan is of a state that is no more."""
    done = applied(repository)
    assert done.returncode != 0
    assert "the state has changed since the plan" in done.stdout + done.stderr


def test_the_next_plan_has_no_changes_and_its_apply_does_nothing(repository: Repository) -> None:
    assert planned(repository).returncode == 0
    assert "No changes." in (repository.folder / "build" / "ci" / "dev" / "summary.md").read_text()
    done = applied(repository)
    assert done.returncode == 0
    assert "dev: no changes" in done.stdout


def test_the_guard_fails_the_plan_job_and_its_summary_says_why(repository: Repository) -> None:
    # Of a development environment the guard would only note it.
    repository.push("envs/dev.hcl", STAGING.replace('secret "token" {\n}\n', ""))
    done = planned(repository)
    assert done.returncode != 0
    summary = (repository.folder / "build" / "ci" / "dev" / "summary.md").read_text()
    assert "refused: aws_secretsmanager_secret.secret_token would be destroyed, and with it its value." in summary


def test_what_somebody_changed_by_hand_is_drift(repository: Repository) -> None:
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
