"""Synthesis in the process of the tests, because the CDKTF CLI takes ten seconds of CPU time each time.

The environments of the fixtures are synthesized by the CLI, as for people.
"""

import modules  # noqa: F401 - the bindings are lazy from here on

# isort: split

from collections.abc import Sequence

from cdktf import App

from modules.environment_files import EnvironmentFile
from modules.stack import AccountStack, build_stacks, pin_providers
from ops.connection import connected
from ops.functions import build
from ops.target import Target
from ops.terraform import Terraform


def synthesized(target: Target, file: EnvironmentFile) -> Terraform:
    """Synthesize the environment and its account's stack, and return Terraform connected to its state."""
    build(target.workspace.packages, [file.settings], target.init_environment)
    target.output.mkdir(parents=True, exist_ok=True)
    app = App(outdir=str(target.output))
    build_stacks(app, [file.settings], [file], target.workspace.packages)
    app.synth()
    pin_providers(target.output)
    return connected(target, file)


def synthesized_account(target: Target, files: Sequence[EnvironmentFile]) -> None:
    """Synthesize the account stack of these environments, which are all of the account's and create nothing."""
    target.output.mkdir(parents=True, exist_ok=True)
    app = App(outdir=str(target.output))
    account = files[0].account
    types = dict.fromkeys([file.settings.name for file in files], frozenset[str]())
    AccountStack(app, [file.settings for file in files], account.settings if account else None, types)
    app.synth()
    pin_providers(target.output)
