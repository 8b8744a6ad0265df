"""An account file: applied by bootstrap, planned empty, and removed block by block."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.process import LocalAws
from modules.environment_files import load
from modules.foundation.names import account_stack_name
from ops.bootstrap import bootstrap
from ops.target import Target, local
from ops.terraform import Terraform
from ops.workspace import Workspace
from tests.conftest import FURTHER
from tests.local.synthesis import synthesized_account
from tests.support.environments import write

ACCOUNT = "777777777777"
ENVIRONMENT = f"""\
product    = "mobile"
account_id = "{ACCOUNT}"
region     = "%s"
tier       = "staging"

state {{
  region = "us-east-1"
}}
"""
#: The account file with every block, as in tests/environments, for an account of its own.
EVERYTHING = (FURTHER / "accounts" / "mobile-staging.hcl").read_text().replace("555555555555", ACCOUNT)
NOTHING = f'account_id = "{ACCOUNT}"\n'


@pytest.fixture(scope="module")
def envs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two environments in two Regions, and the account file, which tests replace."""
    files = {"one": ENVIRONMENT % "us-east-1", "two": ENVIRONMENT % "us-west-2", "accounts/all": EVERYTHING}
    return write(tmp_path_factory.mktemp("account"), files)


@pytest.fixture(scope="module")
def target(envs: Path, local_aws: LocalAws) -> Target:
    return local(Workspace(envs, envs / "build"), local_aws)


@pytest.fixture(scope="module")
def applied(envs: Path, target: Target) -> Iterator[Terraform]:
    yield bootstrapped(envs, target)


def bootstrapped(envs: Path, target: Target) -> Terraform:
    """Bootstrap the account with its current file."""
    synthesized_account(target, list(load(envs).values()))
    bootstrap(target, ACCOUNT, "one", agreed=lambda _: True)
    terraform = target.terraform(account_stack_name(ACCOUNT), "one")
    terraform.init()
    return terraform


def test_second_plan_of_an_account_with_every_block_is_empty(applied: Terraform) -> None:
    assert not applied.plan(), applied.show_plan()


def test_account_has_what_its_file_says_in_both_regions(applied: Terraform, target: Target) -> None:
    session = target.session(ACCOUNT)
    for region in ("us-east-1", "us-west-2"):
        assert session.client("ec2", region_name=region).get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
        guardduty = session.client("guardduty", region_name=region)
        (detector,) = guardduty.list_detectors()["DetectorIds"]
        features = guardduty.get_detector(DetectorId=detector)["Features"]
        enabled = {each["Name"] for each in features if each["Status"] == "ENABLED"}
        assert enabled == {"S3_DATA_EVENTS", "RUNTIME_MONITORING"}
    (trail,) = session.client("cloudtrail", region_name="us-east-1").describe_trails()["trailList"]
    assert trail["IsMultiRegionTrail"] and trail["LogFileValidationEnabled"]


def test_blocks_that_are_removed_leave_nothing(applied: Terraform, envs: Path, target: Target) -> None:
    write(envs, {"accounts/all": NOTHING})
    terraform = bootstrapped(envs, target)
    assert not terraform.plan(), terraform.show_plan()
    session = target.session(ACCOUNT)
    assert session.client("guardduty", region_name="us-west-2").list_detectors()["DetectorIds"] == []
    assert session.client("cloudtrail", region_name="us-east-1").describe_trails()["trailList"] == []
    assert session.client("accessanalyzer", region_name="us-east-1").list_analyzers()["analyzers"] == []
