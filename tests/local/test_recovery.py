"""A small environment whose create and destroy are killed: it is recovered and converges.

The numbers of requests after which they are killed come from a seed; KILL_SEED=7 uses other numbers. The tests
use one environment in this order. `python -m tests.local.kills` kills creates, updates, and destroys of dev.
"""

import os
import random
from pathlib import Path

import pytest

from local_aws.process import LocalAws
from ops.backend import Backend, RemoteState
from ops.connection import synthesized
from ops.recovery.recover import Recovery, recovered
from ops.target import Target, local
from ops.terraform import Terraform
from tests.local.account import ACCOUNT, HEADER
from tests.local.kills import APPLY, DESTROY, Kills
from tests.support.environments import write

TEXT = f"""{HEADER}
topic "news" {{}}
secret "login" {{}}
repository "web" {{}}
"""
#: The ranges in which resources are created and destroyed, of about 105 requests for a create and 60 for a destroy.
REQUESTS = {"create": (20, 95), "destroy": (35, 55)}
SEED = int(os.environ.get("KILL_SEED", "20261126"))


class Small:
    """The environment in the account of `bare_account`, synthesized and not applied yet."""

    def __init__(self, kills: Kills, local_aws: LocalAws) -> None:
        self.kills, self.target = kills, local(kills.workspace, local_aws)
        self.terraform: Terraform = synthesized(self.target, kills.file)

    def killed(self, act: str, *command: str) -> None:
        requests = random.Random(f"{SEED} {act}").randint(*REQUESTS[act])
        print(f"seed {SEED}: {act} is killed after {requests} requests")
        assert self.kills.killed(requests, *command)
        backend, options = Backend.of(self.terraform.folder), self.terraform.next_options
        lock = RemoteState(self.target.session(ACCOUNT), backend, options).lock()
        if lock:
            self.terraform.force_unlock(lock.id)

    def recovered(self) -> Recovery:
        return recovered(self.target, self.terraform)

    def converges(self) -> bool:
        """Apply the remaining plan of the recovery, and plan again."""
        self.terraform.apply()
        return not self.terraform.plan()


@pytest.fixture(scope="module")
def small(bare_account: Target, local_aws: LocalAws, build: Path, tmp_path_factory: pytest.TempPathFactory) -> Small:
    assert bare_account
    return Small(Kills(write(tmp_path_factory.mktemp("recovery"), {"dev": TEXT}), build), local_aws)


def test_killed_create_is_recovered_and_converges(small: Small) -> None:
    small.killed("create", *APPLY)
    recovery = small.recovered()
    assert recovery.imported, recovery.plan
    assert not recovery.unclear
    assert small.converges()


def test_killed_destroy_is_recovered_and_converges(small: Small) -> None:
    small.killed("destroy", *DESTROY)
    recovery = small.recovered()
    assert not recovery.unclear
    assert small.converges()
