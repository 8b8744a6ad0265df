"""`python -m ops terraform`: Terraform in a synthesized stack, for example import, state, or force-unlock."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from modules.environment_files import EnvironmentFile
from ops.audit import AuditLog
from ops.bootstrap import Account
from ops.errors import ExitCode, OpsError
from ops.processes import run_attached
from ops.target import Target, target_of
from ops.tools import terraform_program, tool_environment
from ops.workspace import Workspace, stack_folder, stack_name

#: Subcommands that change a state, or what is in AWS.
CHANGING = ("apply", "destroy", "force-unlock", "import", "taint", "untaint")
CHANGING_STATE = [["state", each] for each in ("mv", "push", "replace-provider", "rm")]


def run_terraform(
    workspace: Workspace, file: EnvironmentFile, arguments: Sequence[str], *, on_local: bool, account: bool
) -> int:
    """Run Terraform on this terminal and return its exit code. Raises OpsError if the stack is not synthesized yet."""
    target = target_of(workspace, on_local=on_local)
    stack = stack_name(file.settings, account=account)
    folder = stack_folder(target.output, stack)
    if not (folder / "cdk.tf.json").exists():
        command = "make local" if on_local else "make synth"
        raise OpsError(f"{stack} is not synthesized yet; run `{command} ENV={file.settings.name}`", ExitCode.REFUSED)
    if account:
        code = _run_in_account(target, file, arguments)
    else:
        target.prepare(stack)
        if not (folder / ".terraform").exists():
            target.terraform(stack, file.settings.name).init()
        code = _run(target, folder, arguments)
    if changes_something(arguments):
        AuditLog(target, file).record("state", command=f"terraform {' '.join(arguments)}", stack=stack, exit_code=code)
    return code


def changes_something(arguments: Sequence[str]) -> bool:
    """Return whether these arguments of Terraform change a state, or what is in AWS."""
    return bool(arguments) and (arguments[0] in CHANGING or list(arguments[:2]) in CHANGING_STATE)


def _run_in_account(target: Target, file: EnvironmentFile, arguments: Sequence[str]) -> int:
    """Run Terraform with the bootstrap state, which is on this machine until its bucket exists."""
    account = Account(target, file.settings.account_id, file.settings.name)
    here = account.state_on_this_machine() if account.uses_state_on_this_machine() else nullcontext()
    with here:
        account.terraform.init()
        return _run(target, account.terraform.folder, arguments)


def _run(target: Target, folder: Path, arguments: Sequence[str]) -> int:
    environment = tool_environment(target.workspace, target.environment)
    # force-unlock and import may ask for input.
    environment.pop("TF_INPUT")
    return run_attached([terraform_program(), *arguments], folder=folder, environment=environment)
