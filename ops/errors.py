"""What a command says when it cannot go on, and with which exit code."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of `python -m ops`; `make` has its own, always 2."""

    DONE = 0
    TERRAFORM_FAILED = 1
    WRONG_SETTINGS = 2
    MISSING_TOOL = 3
    REFUSED = 4
    STATE_LOCKED = 5
    GUARDED = 6
    DRIFTED = 7
    POLICY_BROKEN = 8
    UNHEALTHY = 9
    UNAVAILABLE = 10
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class OpsError(Exception):
    """A command cannot go on: what happened, and what to run next."""

    def __init__(self, message: str, code: ExitCode = ExitCode.TERRAFORM_FAILED) -> None:
        super().__init__(message)
        self.code = code
