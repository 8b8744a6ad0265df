"""`make plan`, `deploy`, `destroy`: the CDKTF CLI on the real AWS, with the shell's credentials."""

import os
from collections.abc import Sequence

from modules.settings import EnvironmentFile
from ops.errors import ExitCode, OpsError
from ops.processes import run_attached
from ops.synth import synthesize
from ops.target import Target
from ops.tools import NODE_PROGRAMS, tool_environment
from ops.workspace import PROJECT


def run_cdktf(target: Target, file: EnvironmentFile, command: str, arguments: Sequence[str] = ()) -> None:
    """Synthesize the environment and run `cdktf diff|deploy|destroy` on it. Raises OpsError when that fails.

    The lock file has to lie beside the stack before the CLI runs `init`, so synth comes first, by itself.
    """
    synthesize(target.workspace, target.output, target.environment, file.settings.name)
    environment = tool_environment(target.workspace, target.environment)
    # A person answers the CLI; and it has no option for the time that a lock is waited for.
    for name in ("TF_INPUT", "TF_IN_AUTOMATION"):
        environment.pop(name)
    for name in ("TF_CLI_ARGS_plan", "TF_CLI_ARGS_apply", "TF_CLI_ARGS_destroy"):
        environment[name] = f"{os.environ.get(name, '')} -lock-timeout={target.lock_timeout}s".strip()
    stack = file.settings.name
    code = run_attached(
        [str(NODE_PROGRAMS / "cdktf"), command, stack, "--skip-synth", "--output", str(target.output), *arguments],
        folder=PROJECT,
        environment=environment,
    )
    if code:
        raise OpsError(f"cdktf {command} {stack} ended with exit code {code}")


def refuse_production(file: EnvironmentFile) -> None:
    """Raise OpsError for an environment that no command may destroy."""
    if file.settings.tier == "production":
        raise OpsError(
            f"{file.settings.name} is production ({file.place('tier')}): no command destroys it. "
            "What must go is taken out of its file, planned, read and applied.",
            ExitCode.REFUSED,
        )
