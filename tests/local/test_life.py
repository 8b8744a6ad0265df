"""Plans for every applied environment with blocks removed, or with each of its keys edited.

Nothing is applied. A sample of such changes is applied in test_changes.py and test_removal.py.
"""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from cdktf import App

from modules.environment import Environment
from modules.environment_files import load_file
from modules.stack import EnvironmentStack, pin_providers
from modules.unlocks import read_unlocks
from ops.connection import connected
from ops.guard.judgement import judge
from ops.guard.plan import Plan, ResourceChange
from ops.terraform import Terraform
from tests.local.applied import Applied, without_refresh
from tests.support.blocks import blocks, removals, without
from tests.support.edits import Edit, edited

#: Together, they have blocks of all kinds. The others would test the same with fewer keys.
NAMES = ("dev", "prod", "archive", "corporate", "events", "mobile", "tasks")
#: Keys whose edit means another environment or DNS zone, or needs another package or a snapshot.
UNEDITED = frozenset(
    (
        *("product", "account_id", "region", "tier", "state.key", "state.region", "name", "existing"),
        *("network.cidr", "network.clusters", "network.internet", "public", "app", "data", "endpoint"),
        *("runtime", "architecture", "restore_from_snapshot"),
    )
)
#: Blocks that every environment needs.
LAST = ("network", "state")
#: Replaced together with the resource that the attribute refers to, which is judged itself.
PART_OF = {
    "aws_lb_listener": "load_balancer_arn",
    "aws_lb_listener_rule": "listener_arn",
    "aws_rds_cluster_instance": "cluster_identifier",
    "aws_vpn_gateway_route_propagation": "vpn_gateway_id",
}
#: Replaced without a noticeable interruption.
UNNOTICED = {
    "aws_ecr_lifecycle_policy": "no image expires while there is none",
    "aws_ecs_task_definition": "the revision that tasks run of stays (skip_destroy)",
    "aws_eks_access_entry": "it is another role's then",
    "aws_eks_access_policy_association": "people of the role wait for a moment; what runs has roles of its own",
    "aws_flow_log": "flows of a moment are not written",
    "aws_lambda_invocation": "the function runs again, and changes nothing that is wanted",
    "aws_network_acl_rule": "packets of clients of the VPN, whose range it is, are dropped for a moment",
    "terraform_data": "it is only in the state",
}


@dataclass(frozen=True)
class Planned:
    """A plan for an applied environment, and the guard's judgement."""

    plan: Plan
    refused: frozenset[str]
    prevented: frozenset[str]
    """The addresses with `prevent_destroy`, which is removed here: otherwise, Terraform does not plan the rest."""

    def replaced(self) -> list[ResourceChange]:
        return [each for each in self.plan.changes if each.change.is_replacement]

    def destroyed(self) -> set[str]:
        return {each.address for each in self.plan.changes if each.change.is_loss}


@dataclass(frozen=True)
class Life:
    """An applied environment that is planned with other settings."""

    environment: Applied
    folder: Path

    def planned(self, settings: Environment) -> Planned:
        """Return the changes of another configuration. Raises OpsError if there is no plan."""
        synthesized, prevented = self._synthesize(settings)
        self._terraform.plan()
        plan = Plan.model_validate(json.loads(self._terraform.show_plan_json()))
        unlocks, records = read_unlocks(self.folder / "none", settings.name)
        judgement = judge(plan, synthesized, unlocks, records, datetime.date.min)
        return Planned(plan, frozenset(each.address for each in judgement.refused), prevented)

    @cached_property
    def _terraform(self) -> Terraform:
        """Terraform in the folder, connected to the environment's state."""
        return without_refresh(connected(replace(self.environment.target, output=self.folder), self.environment.file))

    def _synthesize(self, settings: Environment) -> tuple[dict[str, Any], frozenset[str]]:
        """Return the stack without `prevent_destroy`, and the addresses that had it."""
        self.folder.mkdir(exist_ok=True)
        app = App(outdir=str(self.folder))
        EnvironmentStack(app, settings, self.environment.target.workspace.packages)
        app.synth()
        pin_providers(self.folder)
        path = self.folder / "stacks" / settings.name / "cdk.tf.json"
        stack: dict[str, Any] = json.loads(path.read_text())
        prevented = frozenset(
            f"{kind}.{name}"
            for kind, resources in stack.get("resource", {}).items()
            for name, resource in resources.items()
            if resource.get("lifecycle", {}).pop("prevent_destroy", False)
        )
        path.write_text(json.dumps(stack))
        return stack, prevented


@pytest.fixture(scope="module", params=NAMES)
def life(
    request: pytest.FixtureRequest, applied: Mapping[str, Applied], tmp_path_factory: pytest.TempPathFactory
) -> Life:
    return Life(applied[request.param], tmp_path_factory.mktemp("life") / "cdktf.out")


def test_removed_blocks_cause_no_interruption_elsewhere(life: Life, tmp_path: Path) -> None:
    """First the blocks that nothing else needs; in production, then everything except the network."""
    file = life.environment.file
    path = Path(file.document.file)
    text, there = path.read_text(), [block for block in blocks(path.read_text()) if block.kind not in LAST]
    leaves = [block for block in next(removals(path, tmp_path)) if block.kind not in LAST]
    for gone in filter(None, (leaves, there if file.settings.tier == "production" else [])):
        (tmp_path / path.name).write_text(without(text, gone))
        planned = life.planned(load_file(tmp_path / path.name).settings)
        # Users of programs that are removed are locked; nothing else depends on the invocation.
        replaced = [each for each in planned.replaced() if each.type != "aws_lambda_invocation"]
        assert [f"{each.address} {each.change.replace_paths}" for each in replaced] == []
        assert _data_key(planned, file.settings) == set()


def _data_key(planned: Planned, settings: Environment) -> set[str]:
    """Return the databases' key if it is destroyed although final snapshots depend on it."""
    kept = {"aws_kms_key.foundation_data_key"} if settings.tier != "development" else set()
    return planned.destroyed() & kept


def test_edit_of_any_key_with_interruption_is_refused_by_guard(life: Life) -> None:
    settings, edits = edited(life.environment.file, UNEDITED)
    planned = life.planned(settings)
    gaps = [each for each in planned.replaced() if each.change.leaves_gap and not _is_harmless(each)]
    unseen = [f"{each.address} {each.change.replace_paths}" for each in gaps if each.address not in planned.refused]
    assert unseen == [], _described(edits)
    assert planned.prevented & planned.destroyed() <= planned.refused


def _is_harmless(resource: ResourceChange) -> bool:
    parts = {(PART_OF.get(resource.type, ""),)}
    return resource.type in UNNOTICED or set(resource.change.replace_paths) == parts


def _described(edits: list[Edit]) -> str:
    return "\n".join(f"{'.'.join(each.path)} = {each.value}" for each in edits)


def test_changed_vpc_range_is_refused(applied: Mapping[str, Applied], tmp_path: Path) -> None:
    """AWS does not delete a VPC or a subnet that is not empty."""
    events = applied["events"]
    text = Path(events.file.document.file).read_text()
    (tmp_path / "events.hcl").write_text(text.replace("10.40.", "10.41."))
    life = Life(events, tmp_path / "cdktf.out")
    planned = life.planned(load_file(tmp_path / "events.hcl").settings)
    lost = {each.address for each in planned.replaced() if each.type in ("aws_vpc", "aws_subnet")}
    assert len(lost) > 1
    assert lost <= planned.refused
