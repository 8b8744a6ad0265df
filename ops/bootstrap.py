"""The account's bootstrap stack, which creates the state bucket and then keeps its own state in it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modules.foundation.names import account_stack_name
from ops.backend import Backend, RemoteState
from ops.errors import ExitCode, OpsError
from ops.steps import step
from ops.target import Target
from ops.terraform import Terraform

#: Sorts after `local_aws_override`: Terraform merges override files in the order of their names, and the last one wins.
_BACKEND_OVERRIDE = "state_first_override.tf.json"


def bootstrap(target: Target, account_id: str, environment_name: str, agreed: Callable[[Terraform], bool]) -> None:
    """Create or update the account's bootstrap stack. Its state starts on this machine and moves into the bucket.

    Safe to run again at any point. `agreed` is called before anything is applied. Raises OpsError.
    """
    account = Account(target, account_id, environment_name)
    with step("look for the state bucket") as doing:
        in_bucket = account.state_is_in_its_bucket()
        doing.result = account.bucket if in_bucket else f"{account.bucket} does not exist yet"
    if in_bucket:
        account.terraform.init()
        _apply(account.terraform, agreed)
    else:
        with account.state_on_this_machine():
            account.terraform.init()
            _apply(account.terraform, agreed)
        # The bucket exists now.
        account.terraform.move_state()
    account.forget_state_on_this_machine()


class Account:
    """An account's bootstrap stack, whose state is on this machine until its bucket exists."""

    def __init__(self, target: Target, account_id: str, environment_name: str) -> None:
        stack = account_stack_name(account_id)
        target.prepare(stack)
        self.terraform = target.terraform(stack, environment_name)
        self._backend = Backend.of(self.terraform.folder)
        self._remote = RemoteState(target.session(account_id), self._backend, self.terraform.next_options)
        folder = target.workspace.local if target.local_aws else target.workspace.build
        self._local_state = folder / "bootstrap" / self._backend.bucket / "terraform.tfstate"
        self._override = self.terraform.folder / _BACKEND_OVERRIDE
        # A killed command may have left it behind.
        self._override.unlink(missing_ok=True)

    @property
    def bucket(self) -> str:
        """The state bucket."""
        return self._backend.bucket

    def state_is_in_its_bucket(self) -> bool:
        """Return whether the bucket has the state. Raises OpsError if the bucket exists and no state can be found."""
        bucket_exists = self._remote.bucket_exists()
        if bucket_exists:
            self._remote.lock()
            if self._remote.exists():
                self._remote.addresses()
                return True
        if bucket_exists and not self._local_state.exists():
            self._remote.refuse_deleted()
            raise OpsError(_lost_state(self.terraform, self._backend), ExitCode.REFUSED)
        return False

    def refuse_deleted(self) -> None:
        """Raise OpsError if the state was deleted from its bucket."""
        if self._remote.bucket_exists():
            self._remote.refuse_deleted()

    def uses_state_on_this_machine(self) -> bool:
        """Return whether Terraform uses a state on this machine, or would create one."""
        return not (self._remote.bucket_exists() and self._remote.exists())

    @contextmanager
    def state_on_this_machine(self) -> Iterator[None]:
        """Make Terraform keep the state on this machine."""
        self._local_state.parent.mkdir(parents=True, exist_ok=True)
        backend = {"local": {"path": str(self._local_state)}}
        self._override.write_text(json.dumps({"terraform": {"backend": backend}}))
        try:
            yield
        finally:
            self._override.unlink()

    def forget_state_on_this_machine(self) -> None:
        """Delete the local copies of a state that is now in the bucket."""
        for leftover in self._local_state.parent.glob("terraform.tfstate*"):
            leftover.unlink()


def _apply(terraform: Terraform, agreed: Callable[[Terraform], bool]) -> None:
    if terraform.plan():
        if not agreed(terraform):
            raise OpsError("nothing was changed", ExitCode.REFUSED)
        terraform.apply()


def _lost_state(terraform: Terraform, backend: Backend) -> str:
    return (
        f"the bucket {backend.bucket} exists, but neither it nor this machine has the bootstrap state "
        f"({backend.key}).\n"
        "If the bootstrap was started on another machine, finish it there. If its state is lost, import the existing "
        f"resources into a new state, then run the same command again:\n    {terraform.recover_command}"
    )
