"""Each stack planned and applied against a mocked provider: offline, every argument validated by the real one.

This validates more than assertions on the JSON, and has neither the gaps of the embedded AWS nor its behavior.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ops.tools import terraform_program, tool_environment
from ops.workspace import Workspace, stack_folder
from tests.support.release import release

#: The provider validates the format of some values, for which a mock would generate random letters.
MOCKS = """\
mock_provider "aws" {%s
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:ap-northeast-2:111111111111:key/00000000-0000-0000-0000-000000000000" }
  }
  mock_resource "aws_backup_vault" {
    defaults = { arn = "arn:aws:backup:ap-northeast-2:111111111111:backup-vault:mocked" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111111111111:role/mocked" }
  }
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::111111111111:policy/mocked" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::111111111111:instance-profile/mocked" }
  }
  mock_resource "aws_autoscaling_group" {
    defaults = { arn = "arn:aws:autoscaling:ap-northeast-2:111111111111:autoScalingGroup::autoScalingGroupName/mocked" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-00000000000000000" }
  }
  mock_resource "aws_ssm_document" {
    defaults = { latest_version = "1" }
  }
  mock_resource "aws_cloudwatch_metric_alarm" {
    defaults = { arn = "arn:aws:cloudwatch:ap-northeast-2:111111111111:alarm:mocked" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:ap-northeast-2:111111111111:log-group:mocked" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:ap-northeast-2:111111111111:loadbalancer/app/mocked/0" }
  }
  mock_resource "aws_lb_listener" {
    defaults = { arn = "arn:aws:elasticloadbalancing:ap-northeast-2:111111111111:listener/app/mocked/0/0" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:ap-northeast-2:111111111111:targetgroup/mocked/0" }
  }
  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:ap-northeast-2:111111111111:regional/webacl/mocked/0" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:ap-northeast-2:111111111111:mocked" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:ap-northeast-2:111111111111:mocked" }
  }
  mock_resource "aws_kinesis_stream" {
    defaults = { arn = "arn:aws:kinesis:ap-northeast-2:111111111111:stream/mocked" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:ap-northeast-2:111111111111:function:mocked", version = "1" }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:ap-northeast-2:111111111111:function:mocked:live" }
  }
  mock_resource "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:ap-northeast-2:111111111111:secret:mocked" }
  }
  mock_resource "aws_appautoscaling_policy" {
    defaults = { arn = "arn:aws:autoscaling:ap-northeast-2:111111111111:scalingPolicy:mocked" }
  }
  mock_resource "aws_service_discovery_service" {
    defaults = { arn = "arn:aws:servicediscovery:ap-northeast-2:111111111111:service/srv-mocked" }
  }
  mock_resource "aws_cognito_user_pool" {
    defaults = { arn = "arn:aws:cognito-idp:ap-northeast-2:111111111111:userpool/ap-northeast-2_mocked" }
  }
  mock_resource "aws_cloudfront_distribution" {
    defaults = { arn = "arn:aws:cloudfront::111111111111:distribution/MOCKED" }
  }
  mock_resource "aws_cloudfront_function" {
    defaults = { arn = "arn:aws:cloudfront::111111111111:function/mocked" }
  }
  mock_resource "aws_cloudwatch_log_delivery_destination" {
    defaults = { arn = "arn:aws:logs:us-east-1:111111111111:delivery-destination:mocked" }
  }
  mock_resource "aws_acm_certificate_validation" {
    defaults = { certificate_arn = "arn:aws:acm:ap-northeast-2:111111111111:certificate/mocked" }
  }
}
"""
#: The validation records of a certificate, by its names.
CERTIFICATE = """\
override_resource {
  target = aws_acm_certificate.%s
  values = {
    arn                       = "arn:aws:acm:ap-northeast-2:111111111111:certificate/mocked"
    domain_validation_options = %s
  }
}
"""
RUN = """
run "apply" {
  command = apply
}
"""
STACKS = {
    # One environment of each kind: tests/local applies all of them.
    "reference": ["dev", "prod", "account-333333333333"],
    # Not `corporate`: a mocked provider has no ephemeral resources, which keep passwords out of the plan and the state.
    "further": ["events", "no-network"],
}


@pytest.mark.parametrize(
    ("folder", "stack"), [(folder, stack) for folder, stacks in STACKS.items() for stack in stacks]
)
def test_stack_applies_with_a_mocked_provider(
    folder: str, stack: str, workspace: Workspace, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    output: Path = request.getfixturevalue(folder)
    shutil.copytree(stack_folder(output, stack), tmp_path, dirs_exist_ok=True)
    release(tmp_path)
    (tmp_path / "stack.tftest.hcl").write_text(_mocks(tmp_path) + RUN)
    environment = tool_environment(workspace, os.environ)

    def terraform(*arguments: str) -> str:
        done = subprocess.run(
            [terraform_program(), *arguments, "-no-color"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    terraform("init", "-backend=false", "-lockfile=readonly")
    assert terraform("validate").startswith("Success!")
    assert "1 passed, 0 failed" in terraform("test")


def _mocks(folder: Path) -> str:
    """Return a mock for each provider that the stack uses; those of other Regions have an alias."""
    text = (folder / "cdk.tf.json").read_text()
    names = (each.get("alias") for each in json.loads(text)["provider"]["aws"])
    aliases = [f'\n  alias = "{name}"' if name else "" for name in names if not name or f'"aws.{name}"' in text]
    return "".join(MOCKS % alias for alias in aliases) + _certificates(folder)


def _certificates(folder: Path) -> str:
    """Return an override for each certificate, because a mock does not return its names."""
    synthesized = json.loads((folder / "cdk.tf.json").read_text())
    overrides = []
    for name, certificate in synthesized.get("resource", {}).get("aws_acm_certificate", {}).items():
        names = [certificate["domain_name"], *certificate.get("subject_alternative_names", [])]
        options = [
            {
                "domain_name": each,
                "resource_record_name": f"_mocked.{each.removeprefix('*.')}",
                "resource_record_type": "CNAME",
                "resource_record_value": "_mocked.acm-validations.aws",
            }
            for each in names
        ]
        overrides.append(CERTIFICATE % (name, json.dumps(options)))
    return "".join(overrides)
