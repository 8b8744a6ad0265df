"""An environment on the embedded AWS, and what Terraform would change in it."""

import json
import shutil
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from modules.environment_files import EnvironmentFile, load
from ops.connection import synthesized
from ops.target import Target
from ops.terraform import Terraform
from ops.workspace import Workspace

#: A refresh right after an apply is unnecessary, and would take half of the time.
WITHOUT_REFRESH = {f"TF_CLI_ARGS_{command}": "-refresh=false" for command in ("plan", "destroy")}


@dataclass(frozen=True)
class Planned:
    """A plan at the time when it was created."""

    changes: bool
    text: str
    """The plan as text; empty without changes, because rendering it takes seconds."""
    json: str

    @classmethod
    def by(cls, terraform: Terraform) -> "Planned":
        changes = terraform.plan()
        return cls(changes, terraform.show_plan() if changes else "", terraform.show_plan_json())


@dataclass(frozen=True)
class Applied:
    """An environment that is applied on the embedded AWS."""

    file: EnvironmentFile
    target: Target
    terraform: Terraform
    second_plan: Planned

    def client(self, service: str) -> Any:
        """Return a client of the embedded AWS, in the environment's account and Region."""
        return self._session.client(service, region_name=self.file.settings.region)

    @cached_property
    def _session(self) -> Any:
        """A cached session in the account, untyped because the type stubs accept only literal service names."""
        return self.target.session(self.file.settings.account_id)


def changes(environment: Applied, tmp_path: Path, before: str, after: str) -> dict[str, list[str]]:
    """Return the addresses that a changed environment file would change, by kind of change."""
    name = environment.file.settings.name
    envs = tmp_path / "envs"
    shutil.copytree(environment.target.workspace.envs, envs)
    text = (envs / f"{name}.hcl").read_text()
    assert before in text
    (envs / f"{name}.hcl").write_text(text.replace(before, after))
    workspace = Workspace(envs, tmp_path / "build")
    target = replace(environment.target, workspace=workspace, output=tmp_path / "cdktf.out")
    return changes_of(without_refresh(synthesized(target, load(envs)[name])))


def without_refresh(terraform: Terraform) -> Terraform:
    """Return the same Terraform, which plans without a refresh."""
    return replace(terraform, environment={**terraform.environment, **WITHOUT_REFRESH})


def changes_of(terraform: Terraform) -> dict[str, list[str]]:
    """Plan, and return the addresses that would change, by kind of change."""
    terraform.plan()
    plan: dict[str, Any] = json.loads(terraform.show_plan_json())
    found: dict[str, list[str]] = {}
    for change in plan.get("resource_changes", []):
        if change["change"]["actions"] not in (["no-op"], ["read"]):
            found.setdefault("+".join(change["change"]["actions"]), []).append(change["address"])
    return found
