"""`python -m ops scan`: checks the plan of an environment with Checkov."""

import json
from dataclasses import replace

from local_aws.process import start
from modules.environment_files import EnvironmentFile
from modules.foundation.settings import Tier
from ops.connection import initialized, synthesized
from ops.guard.plan import Plan, parse_plan
from ops.scan.checkov import scan
from ops.scan.judgement import Scan, judge
from ops.scan.skips import read_skips
from ops.steps import step
from ops.synth import synthesize
from ops.target import Target, cloud, local
from ops.terraform import Terraform, plan_file_deleted
from ops.workspace import Workspace, stack_folder

#: Sorts after `local_aws_override`: Terraform merges override files in the order of their names, and the last one wins.
_STATELESS_OVERRIDE = "no_state_override.tf.json"


def scan_plan(plan_json: str, plan: Plan, tier: Tier) -> Scan:
    """Return the scan of a plan, given as the output of `terraform show -json` and as read from it."""
    return judge(scan({"plan": plan_json})["plan"], plan.addresses, read_skips(), tier)


def scan_environment(workspace: Workspace, file: EnvironmentFile, *, on_local: bool, lock_timeout: int) -> Scan:
    """Plan the environment, and return the scan of the plan.

    On AWS, this is the plan of the current changes. On the embedded AWS, it is the plan of the whole environment from
    nothing, which needs no account, no bootstrap, and no state. Raises OpsError.
    """
    if on_local:
        terraform = _from_nothing(workspace, file)
    else:
        terraform = synthesized(cloud(workspace, lock_timeout=lock_timeout), file)
    with plan_file_deleted(terraform.folder):
        terraform.plan()
        plan_json = terraform.show_plan_json()
    return scan_plan(plan_json, parse_plan(plan_json, "the plan"), file.settings.tier)


def _from_nothing(workspace: Workspace, file: EnvironmentFile) -> Terraform:
    """Return Terraform for the environment on the embedded AWS, with an empty state."""
    with step("start the embedded AWS") as doing:
        local_aws = start(workspace.local)
        doing.result = local_aws.endpoint
    target: Target = replace(local(workspace, local_aws), output=workspace.build / "scan" / "cdktf.out")
    name = file.settings.name
    synthesize(target, file.settings)
    nowhere = {"terraform": {"backend": {"local": {"path": "never-written.tfstate"}}}}
    (stack_folder(target.output, name) / _STATELESS_OVERRIDE).write_text(json.dumps(nowhere))
    return initialized(target, file)
