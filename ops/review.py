"""The review of a plan: its changes, and the results of the guard and of the policy scan."""

import datetime
from dataclasses import dataclass
from typing import Any

from modules.environment_files import EnvironmentFile
from ops.errors import ExitCode
from ops.guard.guard import judge_plan
from ops.guard.judgement import Judgement
from ops.guard.plan import Plan, parse_plan
from ops.scan.judgement import Scan
from ops.scan.scan import scan_plan
from ops.terraform import Terraform


@dataclass(frozen=True)
class Review:
    """A plan, and the results of the guard and of the policy scan for it."""

    plan: Plan
    judgement: Judgement
    scan: Scan

    @property
    def code(self) -> ExitCode:
        """The exit code of a command that may not continue. The guard takes precedence over the policy scan."""
        if self.judgement.refused:
            return ExitCode.GUARDED
        return ExitCode.POLICY_BROKEN if self.scan.findings else ExitCode.DONE

    def lines(self) -> list[str]:
        """Return the results as lines of text."""
        return [*self.judgement.lines(), *self.scan.lines()]

    def as_json(self) -> dict[str, Any]:
        """Return the fields for `--json`."""
        changes = [{"address": each.address, "action": each.change.action} for each in self.plan.changes]
        return {"changes": changes, "guard": self.judgement.as_json(), "scan": self.scan.as_json()}


def review(terraform: Terraform, file: EnvironmentFile, accounts: frozenset[str], today: datetime.date) -> Review:
    """Return the review of the plan file in the stack's folder. `accounts` are the accounts of all environments."""
    # Never in a file: Terraform's JSON contains sensitive values in plain text.
    plan_json = terraform.show_plan_json()
    plan = parse_plan(plan_json, "the plan")
    judgement = judge_plan(plan, terraform.folder / "cdk.tf.json", file, accounts, today)
    return Review(plan, judgement, scan_plan(plan_json, plan, file.settings.tier))
