"""A small environment that a test writes, changes, and applies step by step, in the account of `bare_account`."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from local_aws.process import LocalAws
from modules.environment_files import EnvironmentFile, load
from ops.guard.guard import run_guard
from ops.guard.judgement import Judgement
from ops.guard.plan import Plan
from ops.target import Target, local
from ops.terraform import Terraform
from ops.today import today
from ops.workspace import Workspace
from tests.local.synthesis import synthesized
from tests.support.environments import write


@dataclass(frozen=True)
class Small:
    """An environment in its own folder."""

    name: str
    folder: Path
    local_aws: LocalAws

    @property
    def envs(self) -> Path:
        """The folder of its environment file."""
        return self.folder / "envs"

    @cached_property
    def target(self) -> Target:
        """The embedded AWS as the target, with this environment's build folder."""
        return local(Workspace(self.envs, self.folder / "build"), self.local_aws)

    @property
    def file(self) -> EnvironmentFile:
        """The current environment file."""
        return load(self.envs, today())[self.name]

    @property
    def terraform(self) -> Terraform:
        """Terraform in the stack of the last plan."""
        return self.target.terraform(self.name, self.name)

    def client(self, service: str) -> Any:
        """Return a client in its account and Region."""
        session: Any = self.target.session(self.file.settings.account_id)
        return session.client(service, region_name=self.file.settings.region)

    def write(self, text: str, records: str = "") -> None:
        """Write the environment file and its unlock records."""
        (self.envs / "unlocks").mkdir(parents=True, exist_ok=True)
        write(self.envs, {self.name: text})
        self._unlock(records)

    def plan(self, text: str, records: str = "") -> Plan:
        """Write the files and plan the environment."""
        self.write(text, records)
        terraform = synthesized(self.target, self.file)
        terraform.plan()
        (self.folder / "plan.json").write_text(terraform.show_plan_json())
        return Plan.model_validate(json.loads((self.folder / "plan.json").read_text()))

    def judged(self, records: str = "") -> Judgement:
        """Return the judgement of the last plan with these unlock records."""
        self._unlock(records)
        stack = self.terraform.folder / "cdk.tf.json"
        return run_guard(self.folder / "plan.json", stack, self.envs, self.name, today())

    def refused(self, records: str = "") -> set[tuple[str, str]]:
        """Return the findings that the guard refuses in the last plan with these unlock records."""
        return {(each.address, each.kind) for each in self.judged(records).refused}

    def _unlock(self, records: str) -> None:
        (self.envs / "unlocks" / f"{self.name}.hcl").write_text(records)

    def apply(self, text: str, records: str = "") -> dict[str, set[str]]:
        """Plan and apply; return the addresses that were changed, by action."""
        plan = self.plan(text, records)
        if plan.changes:
            self.terraform.apply()
        found: dict[str, set[str]] = {}
        for each in plan.changes:
            found.setdefault("+".join(each.change.actions), set()).add(each.address)
        return found


def record(address: str, *allow: str, until: str | None = None) -> str:
    """Return an unlock record that is valid today."""
    return (
        f'unlock "{address}" {{\n  allow  = {json.dumps(allow)}\n  reason = "The product moves; ticket 4711"\n'
        f'  who    = "kim@agora.example"\n  until  = "{until or today()}"\n}}\n'
    )


def deletions(limit: int) -> str:
    """Return a record for this many deletions."""
    return (
        f'deletions {{\n  limit  = {limit}\n  reason = "The product moves; ticket 4711"\n'
        f'  who    = "kim@agora.example"\n  until  = "{today()}"\n}}\n'
    )
