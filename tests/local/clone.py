"""A scratch clone of the project with small environments, in which tests run the jobs of a CI server."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws.process import LocalAws
from modules.environment_files import load
from ops.bootstrap import bootstrap
from ops.endpoints import ALLOWED
from ops.scan import checkov
from ops.synth import synthesize
from ops.target import Target, local
from ops.workspace import PROJECT, Workspace
from tests.local.account import ACCOUNT, write_aws_config
from tests.local.provider import as_installed

#: Uncommitted folders on every machine after `make setup` and a plan.
INSTALLED = (".venv", ".venv-checkov", "node_modules")
SOMEONE = {"NAME": "Mina", "EMAIL": "mina@agora.example"}


@dataclass(frozen=True)
class Clone:
    """A scratch clone with an origin, on its default branch."""

    folder: Path
    environment: dict[str, str]
    """The environment variables, without those of the person who runs the tests."""
    target: Target
    account: str

    def git(self, *arguments: str) -> str:
        """Run Git, and return its output."""
        return subprocess.run(
            ["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True, env=self.environment
        ).stdout

    def commit(self, path: str, text: str) -> None:
        """Change and commit one file."""
        (self.folder / path).parent.mkdir(exist_ok=True)
        (self.folder / path).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"change {path}")

    def clean(self) -> None:
        """Leave only the commit, the installed packages, and the artifacts, as a job finds them."""
        kept = [option for name in (*INSTALLED, "build/ci") for option in ("--exclude", name)]
        self.git("clean", "--quiet", "-xd", "--force", *kept)

    @property
    def s3(self) -> Any:
        """A client in the account."""
        return self.target.session(self.account).client("s3", region_name="us-east-1")


def create_clone(
    scratch: Path,
    environments: Mapping[str, str],
    target: Target,
    local_aws: LocalAws,
    *,
    account: str = ACCOUNT,
    programs: tuple[Path, ...] = (),
) -> Clone:
    """Copy the project with these environment files, bootstrap their account, and push the clone to an origin.

    The account then has the roles of their pipelines. `programs` are folders that come first in PATH.
    """
    folder = scratch / "clone"
    shutil.copytree(PROJECT, folder, ignore=_left_behind)
    checkov.installed()
    for installed in INSTALLED:
        (folder / installed).symlink_to((PROJECT / installed).resolve())
    (folder / "envs").mkdir()
    for name, text in environments.items():
        (folder / "envs" / f"{name}.hcl").write_text(text)
    _bootstrap(folder / "envs", scratch, local_aws, account)
    config = write_aws_config(scratch / "aws-config", target, local_aws, account)
    clone = Clone(folder, _shell(config, local_aws, programs), target, account)
    _publish(clone, scratch / "origin.git")
    return clone


def _bootstrap(envs: Path, scratch: Path, local_aws: LocalAws, account: str) -> None:
    """Create the roles of all pipelines in the account."""
    target = local(Workspace(envs, scratch / "bootstrap"), local_aws)
    synthesize(target, load(envs)["dev"].settings)
    bootstrap(target, account, "dev", agreed=lambda _: True)


def _left_behind(folder: str, names: list[str]) -> set[str]:
    """Return the names that only the clone has, or that it generates."""
    generated = {name for name in names if name == "__pycache__" or name.endswith("_cache")}
    own = {".git", ".gitlab-ci-local", "build", "cdktf.out", "envs", "tests", *INSTALLED}
    return generated | (own if Path(folder) == PROJECT else set())


def _shell(config: Path, local_aws: LocalAws, programs: tuple[Path, ...]) -> dict[str, str]:
    """Return a runner's environment variables: a profile with the endpoint of the embedded AWS, and a Git author."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "ENV", "GROUNDWORK", "CI", "GIT", "TF_"))
    }
    path = os.pathsep.join([*map(str, programs), kept["PATH"]])
    someone = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in SOMEONE.items()}
    return as_installed({
        **kept, **someone, "PATH": path, "AWS_CONFIG_FILE": str(config),
        "AWS_EC2_METADATA_DISABLED": "true", "GROUNDWORK_LOCK_TIMEOUT": "3",
        ALLOWED: local_aws.endpoint,
    })  # fmt: skip


def _publish(clone: Clone, origin: Path) -> None:
    git = clone.git
    git("init", "--quiet", "--initial-branch", "main")
    subprocess.run(
        [str(PROJECT / ".venv" / "bin" / "python"), "-m", "ops", "ci", "write"],
        cwd=clone.folder, env=clone.environment, check=True, capture_output=True,
    )  # fmt: skip
    (clone.folder / ".git" / "info" / "exclude").write_text("".join(f"{name}\n" for name in INSTALLED))
    git("add", "--all")
    git("commit", "--quiet", "--message", "begin")
    git("init", "--quiet", "--bare", "--initial-branch", "main", str(origin))
    git("remote", "add", "origin", str(origin))
    git("push", "--quiet", "--set-upstream", "origin", "main")
    git("remote", "set-head", "origin", "main")
