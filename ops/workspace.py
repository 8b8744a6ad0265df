"""The folders of the project, of the environment files, and of the files that commands write."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modules.events.function.packaging import Packages
from modules.foundation.names import account_stack_name

if TYPE_CHECKING:
    from modules.environment import Environment

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Workspace:
    """The folders that one command works with."""

    envs: Path
    """The folder of environment files as given, so that errors name files with the same path."""
    build: Path = PROJECT / "build"
    lambdas: Path = PROJECT / "lambdas"
    """The folder of functions."""

    @property
    def cloud_output(self) -> Path:
        """The output folder of synthesis for AWS: the default of the CDKTF CLI, so that `npx cdktf` finds it too."""
        return PROJECT / "cdktf.out"

    @property
    def local(self) -> Path:
        """The folder of everything for the embedded AWS. Nothing in it can affect a deploy to AWS."""
        return self.build / "local"

    @property
    def local_output(self) -> Path:
        """The output folder of synthesis for the embedded AWS."""
        return self.local / "cdktf.out"

    @property
    def packages(self) -> Packages:
        """The folders of the functions, and the packages built from them."""
        return Packages(self.lambdas, self.build / "functions")

    @property
    def logs(self) -> Path:
        """The folder of logs: the full output of the programs that commands run."""
        return self.build / "logs"

    @classmethod
    def of(cls, envs: Path) -> "Workspace":
        """Return the workspace. GROUNDWORK_BUILD and LAMBDAS override the folders for the build and the functions."""
        build = Path(os.environ.get("GROUNDWORK_BUILD", PROJECT / "build")).resolve()
        return cls(envs, build, Path(os.environ.get("LAMBDAS", PROJECT / "lambdas")).resolve())


def stack_name(settings: "Environment", *, account: bool) -> str:
    """Return the name of an environment's stack, or of its account's."""
    return account_stack_name(settings.account_id) if account else settings.name


def stack_folder(output: Path, stack: str) -> Path:
    """Return the folder that CDKTF writes a stack into."""
    return output / "stacks" / stack
