"""Where things are: the project, the environment files, what commands write."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modules.events.packaging import Packages

if TYPE_CHECKING:
    from modules.environment import Environment

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Workspace:
    """The folders that one command works with."""

    envs: Path
    """The folder of environment files, as it was named: errors name files below it."""
    build: Path = PROJECT / "build"
    lambdas: Path = PROJECT / "lambdas"
    """The folder of functions."""

    @property
    def cloud_output(self) -> Path:
        """Where the CDKTF CLI synthesizes for the real AWS: its own default, which `npx cdktf` finds too."""
        return PROJECT / "cdktf.out"

    @property
    def local(self) -> Path:
        """All that concerns the embedded AWS; nothing in it can get into a deploy to the real one."""
        return self.build / "local"

    @property
    def local_output(self) -> Path:
        """Where the CDKTF CLI synthesizes for the embedded AWS."""
        return self.local / "cdktf.out"

    @property
    def packages(self) -> Packages:
        """The functions' folders, and the packages that are built of them."""
        return Packages(self.lambdas, self.build / "functions")

    @property
    def logs(self) -> Path:
        """Full output of the programs that were run."""
        return self.build / "logs"

    @classmethod
    def of(cls, envs: Path) -> "Workspace":
        """Return the workspace; GROUNDWORK_BUILD names another build folder, LAMBDAS another folder of functions."""
        build = Path(os.environ.get("GROUNDWORK_BUILD", PROJECT / "build")).resolve()
        return cls(envs, build, Path(os.environ.get("LAMBDAS", PROJECT / "lambdas")).resolve())


def account_stack(account_id: str) -> str:
    """Return the name of an account's bootstrap stack."""
    return f"account-{account_id}"


def stack_name(settings: "Environment", *, account: bool) -> str:
    """Return the name of an environment's stack, or of its account's."""
    return account_stack(settings.account_id) if account else settings.name


def stack_folder(output: Path, stack: str) -> Path:
    """Return the folder that CDKTF writes a stack into."""
    return output / "stacks" / stack
