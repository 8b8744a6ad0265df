"""Preferences of Session Manager in the account stack."""

import json
from pathlib import Path

import pytest
from cdktf import TerraformStack

from modules.account.sessions.sessions import Sessions
from modules.account.sessions.settings import SessionsSettings
from modules.environment_files import load
from modules.foundation.foundation import Foundation
from modules.foundation.problems import SettingsError
from tests.support.environments import DEV, PROD, write
from tests.support.stacks import built
from tests.support.template import Template

DOCUMENT = "aws_ssm_document.sessions_preferences_ap_northeast_2"


def test_sessions_of_production_are_encrypted_logged_twice_and_short(account: Template) -> None:
    document = account.resource(DOCUMENT)
    assert (document["name"], document["document_type"]) == ("SSM-SessionManagerRunShell", "Session")
    content = json.loads(document["content"])
    assert (content["schemaVersion"], content["sessionType"]) == ("1.0", "Standard_Stream")
    assert content["inputs"] == {
        "kmsKeyId": "${aws_kms_key.foundation_sessions_key.arn}",
        "cloudWatchLogGroupName": "/agora/account/sessions",
        "cloudWatchEncryptionEnabled": True,
        "cloudWatchStreamingEnabled": True,
        "s3BucketName": "agora-account-logs-333333333333-ap-northeast-2",
        "s3KeyPrefix": "sessions",
        "s3EncryptionEnabled": True,
        "idleSessionTimeout": "10",
        "maxSessionDuration": "60",
        "runAsEnabled": False,
        "runAsDefaultUser": "",
        "shellProfile": {"linux": "", "windows": ""},
    }
    log_group = account.resource("aws_cloudwatch_log_group.foundation_sessions_log_group")
    assert log_group["kms_key_id"] == "${aws_kms_key.foundation_logs_key.arn}"


def test_each_region_has_a_document_key_and_log_group_of_its_own(tmp_path: Path) -> None:
    settings = SessionsSettings(run_as="ec2-user")
    regions = ("ap-northeast-2", "us-east-1")

    def build(stack: TerraformStack, foundation: Foundation) -> None:
        Sessions(stack, "sessions", settings=settings, regions=regions, foundation=foundation)

    found = built(tmp_path, build, "development")
    documents = found.resources("aws_ssm_document")
    assert set(documents) == {"sessions_preferences_ap_northeast_2", "sessions_preferences_us_east_1"}
    there = documents["sessions_preferences_us_east_1"]
    assert there["provider"] == "aws.us-east-1"
    inputs = json.loads(there["content"])["inputs"]
    assert inputs["kmsKeyId"] == "${aws_kms_key.foundation_sessions_us_east_1_key.arn}"
    assert (inputs["s3BucketName"], inputs["maxSessionDuration"]) == ("", "480")
    assert (inputs["runAsEnabled"], inputs["runAsDefaultUser"]) == (True, "ec2-user")
    names = {each["name"] for each in found.resources("aws_cloudwatch_log_group").values()}
    assert names == {inputs["cloudWatchLogGroupName"]}, "instances find the log group by one name in each Region"


@pytest.mark.parametrize(
    ("base", "line", "message"),
    [
        (DEV, "idle_timeout_minutes = 61", "sessions.idle_timeout_minutes 61"),
        (DEV, "maximum_minutes = 1441", "sessions.maximum_minutes 1441"),
        (DEV, 'run_as = "Root User"', "sessions.run_as Root User is not a Linux user"),
        (PROD, "logs_to_s3 = false", "sessions.logs_to_s3 false is not allowed in production"),
    ],
)
def test_wrong_value_is_refused_with_its_line(tmp_path: Path, base: str, line: str, message: str) -> None:
    account_id = "1" * 12 if base == DEV else "3" * 12
    write(tmp_path, {"x": base})
    accounts = tmp_path / "accounts"
    accounts.mkdir()
    (accounts / "a.hcl").write_text(f'account_id = "{account_id}"\n\nsessions {{\n  {line}\n}}\n')
    with pytest.raises(SettingsError, match=f"a.hcl:4: {message}"):
        load(tmp_path)
