"""People of an account that is its own identity account: applied, reviewed, used, and removed."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_aws.emission import request_event
from local_aws.process import LocalAws
from modules.environment_files import EnvironmentFile, load
from modules.foundation.names import account_stack_name
from ops.access.review import Review, review
from ops.access.table import expected_roles
from ops.bootstrap import bootstrap
from ops.target import Target, local
from ops.terraform import Terraform
from ops.workspace import Workspace
from tests.local.synthesis import synthesized_account
from tests.support.environments import write

ID = "666666666666"
ENVIRONMENT = f"""\
product    = "mobile"
account_id = "{ID}"
region     = "ap-northeast-2"
tier       = "staging"

pipeline {{
  gitlab {{
    project = "mobile/groundwork"
  }}
}}
"""
ACCOUNT = f"""\
account_id = "{ID}"
managed_by_organization = ["trail"]
notify {{ emails = ["security@corp.example"] }}
"""
HANEUL = """\
person "haneul" {
  access      = { bare = "administer" }
  break_glass = true
}
"""
DANIEL = 'person "daniel" { access = { bare = "operate" } }\n'
PEOPLE = ACCOUNT + 'people {\nidentity_account { account_id = "666666666666" }\n%s}\n'
PREFIX = "mobile-account-people"


@dataclass(frozen=True)
class Team:
    """An account with people, on the embedded AWS."""

    local_aws: LocalAws
    folder: Path

    @property
    def target(self) -> Target:
        return local(Workspace(self.folder / "envs", self.folder / "build"), self.local_aws)

    def apply(self, account: str) -> None:
        """Write the account file, and do what `make bootstrap` does."""
        (self.folder / "envs").mkdir(exist_ok=True)
        write(self.folder / "envs", {"bare": ENVIRONMENT, "accounts/one": account})
        target = self.target
        synthesized_account(target, [self.file])
        bootstrap(target, ID, "bare", agreed=lambda _: True)

    @property
    def file(self) -> EnvironmentFile:
        return load(self.folder / "envs")["bare"]

    @property
    def terraform(self) -> Terraform:
        return self.target.terraform(account_stack_name(ID), "bare")

    def client(self, service: str, region: str = "ap-northeast-2") -> Any:
        session: Any = self.target.session(ID)
        return session.client(service, region_name=region)

    def review(self) -> Review:
        return review(expected_roles(self.file, [self.file.settings]), self.client("iam"))

    def findings(self) -> list[str]:
        return [str(each) for each in self.review().findings]


@pytest.fixture(scope="module")
def team(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    team = Team(local_aws, tmp_path_factory.mktemp("people"))
    team.apply(PEOPLE % (HANEUL + DANIEL))
    yield team
    # Everything of people is destroyed with their block.
    team.apply(ACCOUNT)
    iam = team.client("iam")
    assert not [each for each in iam.list_roles()["Roles"] if each["RoleName"].startswith(PREFIX)]
    assert not iam.list_users()["Users"]


def test_second_plan_is_empty_and_the_review_finds_nothing(team: Team) -> None:
    assert not team.terraform.plan()
    found = team.review()
    assert list(map(str, found.findings)) == []
    assert [(each.right, each.person) for each in found.accesses] == [
        ("read", "haneul"),
        ("read", "daniel"),
        ("operate", "haneul"),
        ("operate", "daniel"),
        ("administer", "haneul"),
        ("break_glass", "haneul"),
    ]
    assert team.client("iam").get_account_password_policy()["PasswordPolicy"]["MinimumPasswordLength"] == 14


def test_review_says_what_a_session_used(team: Team) -> None:
    role = f"arn:aws:iam::{ID}:role/{PREFIX}-bare-operate"
    keys = team.client("sts").assume_role(RoleArn=role, RoleSessionName="daniel")["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "ap-northeast-2")
    session.client("ecs", endpoint_url=team.local_aws.endpoint).list_clusters()
    (services,) = [each for each in team.review().services if each.role.endswith("operate")]
    assert services.used == ["ecs"]
    assert any(each.right == "operate" and each.role_last_used for each in team.review().accesses)


def test_what_somebody_adds_beside_the_table_is_found(team: Team) -> None:
    iam = team.client("iam")
    power = "arn:aws:iam::aws:policy/PowerUserAccess"
    role = {"RoleName": f"{PREFIX}-bare-read"}
    iam.create_user(UserName="ci")
    key = iam.create_access_key(UserName="ci")["AccessKey"]["AccessKeyId"]
    iam.attach_role_policy(**role, PolicyArn=power)
    trust = iam.get_role(**role)["Role"]["AssumeRolePolicyDocument"]
    wider = json.dumps(trust).replace(":user/daniel", ":user/ci")
    iam.update_assume_role_policy(**role, PolicyDocument=wider)
    found = team.findings()
    iam.update_assume_role_policy(**role, PolicyDocument=json.dumps(trust))
    iam.detach_role_policy(**role, PolicyArn=power)
    iam.delete_access_key(UserName="ci", AccessKeyId=key)
    iam.delete_user(UserName="ci")
    assert len(found) == 5
    for part in (
        ":user/ci, which is not in",
        "not trust arn",
        "PowerUserAccess",
        "1 active access key",
        "not in the table",
    ):
        assert any(part in each for each in found), found
    assert team.findings() == []


@pytest.mark.parametrize("region", ["us-east-1", "ap-northeast-2"])
def test_use_of_break_glass_reaches_the_topic_of_the_account(team: Team, region: str) -> None:
    sqs, sns = team.client("sqs"), team.client("sns")
    queue = sqs.create_queue(QueueName=f"alarms-{uuid.uuid4()}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = f"arn:aws:sns:ap-northeast-2:{ID}:mobile-account-alarms-critical"
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    for role in ("read", "break-glass"):
        parameters = {"roleArn": f"arn:aws:iam::{ID}:role/{PREFIX}-{role}", "roleSessionName": "haneul"}
        event = {
            "account": ID,
            "region": region,
            "source": "aws.sts",
            "detail-type": "AWS API Call via CloudTrail",
            "detail": {"eventName": "AssumeRole", "readOnly": True, "requestParameters": parameters},
        }
        request_event(team.local_aws.endpoint, event)
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    sns.unsubscribe(SubscriptionArn=subscription)
    (notice,) = [json.loads(json.loads(each["Body"])["Message"]) for each in messages]
    assert notice["detail"]["requestParameters"]["roleArn"].endswith(f"{PREFIX}-break-glass")


def test_leaver_loses_the_roles_and_the_user(team: Team) -> None:
    team.apply(PEOPLE % HANEUL)
    assert not team.terraform.plan()
    found = team.review()
    assert list(map(str, found.findings)) == []
    assert {each.person for each in found.accesses} == {"haneul"}
    assert [each["UserName"] for each in team.client("iam").list_users()["Users"]] == ["haneul"]
