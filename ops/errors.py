"""Errors of commands, and their exit codes."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of `python -m ops`. `make` always exits with 2 instead."""

    DONE = 0
    TERRAFORM_FAILED = 1
    INVALID_SETTINGS = 2
    MISSING_TOOL = 3
    REFUSED = 4
    STATE_LOCKED = 5
    GUARDED = 6
    DRIFTED = 7
    POLICY_BROKEN = 8
    UNHEALTHY = 9
    UNAVAILABLE = 10
    EXPERIMENT_FAILED = 12
    EXPERIMENT_STOPPED = 13
    HYPOTHESIS_REFUTED = 14
    ACCESS_FINDINGS = 15
    BOOTSTRAP_FIRST = 16
    LOGINS_FAILED = 17
    RELEASE_FAILED = 18
    RELEASE_TIMED_OUT = 19
    PUBLISH_FAILED = 20
    FUNCTION_RELEASE_FAILED = 21
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class OpsError(Exception):
    """An expected error: what happened, and what to run next."""

    def __init__(self, message: str, code: ExitCode = ExitCode.TERRAFORM_FAILED) -> None:
        super().__init__(message)
        self.code = code
