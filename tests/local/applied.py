"""An environment on the embedded AWS, and what Terraform would change in it."""

import json
import shutil
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from modules.environment_files import EnvironmentFile, load
from ops.target import Target
from ops.terraform import Terraform
from ops.workspace import Workspace
from tests.local.synthesis import synthesized

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
    first_plan_json: str
    second_plan: Planned

    def client(self, service: str) -> Any:
        """Return a client of the embedded AWS, in the environment's account and Region."""
        return self._session.client(service, region_name=self.file.settings.region)

    @cached_property
    def _session(self) -> Any:
        """A cached session in the account, untyped because the type stubs accept only literal service names."""
        return self.target.session(self.file.settings.account_id)


def changes(environment: Applied, tmp_path: Path, *edits: tuple[str, str]) -> dict[str, list[str]]:
    """Return the addresses that a changed environment file would change, by kind of change.

    A plan takes more CPU time than anything else here, so one plan has all edits of an environment that do not affect
    the same resources.
    """
    return changes_of(changed(environment, tmp_path, *edits))


def changed(environment: Applied, tmp_path: Path, *edits: tuple[str, str]) -> Terraform:
    """Return Terraform in the stack of a changed environment file, with packages built again in an empty folder."""
    name = environment.file.settings.name
    envs = tmp_path / "envs"
    shutil.copytree(environment.target.workspace.envs, envs)
    text = (envs / f"{name}.hcl").read_text()
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    (envs / f"{name}.hcl").write_text(text)
    workspace = Workspace(envs, tmp_path / "build")
    target = replace(environment.target, workspace=workspace, output=tmp_path / "cdktf.out")
    return without_refresh(synthesized(target, load(envs)[name]))


def without_refresh(terraform: Terraform) -> Terraform:
    """Return the same Terraform, which plans without a refresh."""
    return replace(terraform, environment={**terraform.environment, **WITHOUT_REFRESH})


def changes_of(terraform: Terraform) -> dict[str, list[str]]:
    """Plan, and return the addresses that would change, by kind of change."""
    found: dict[str, list[str]] = {}
    for address, change in planned(terraform).items():
        if change["actions"] not in (["no-op"], ["read"]):
            found.setdefault("+".join(change["actions"]), []).append(address)
    return found


def planned(terraform: Terraform) -> dict[str, Any]:
    """Plan, and return Terraform's change of each address."""
    terraform.plan()
    plan: dict[str, Any] = json.loads(terraform.show_plan_json())
    return {each["address"]: each["change"] for each in plan.get("resource_changes", [])}
