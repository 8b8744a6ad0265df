"""The pipeline's roles: who may assume them, and what they allow."""

import json
from pathlib import Path
from typing import Any

import pytest

from iam.evaluation import is_allowed
from modules.data.database.keys.passwords import secrets_read_at_plan
from modules.data.database.settings import DatabaseSettings
from modules.foundation.names import Names
from ops.workspace import stack_folder
from tests.aws_facts.pipeline_roles import role_statements
from tests.support.environments import DEV, PROD, only_problem, problems_of
from tests.support.template import Template
from tests.support.trust import may_assume

PIPELINE = '\npipeline {\n  gitlab {\n    project = "community/groundwork"\n  }\n}\n'
RDS = {
    "engine": "postgres",
    "engine_version": "16.15",
    "instance_class": "db.t4g.medium",
    "storage": {"allocated_storage": 100},
}
PROJECT = "project_path:community/groundwork:ref_type"


@pytest.fixture
def staging_account(reference: Path) -> Template:
    return Template(stack_folder(reference, "account-222222222222"))


@pytest.fixture
def dev_account(reference: Path) -> Template:
    return Template(stack_folder(reference, "account-111111111111"))


def test_roles_of_production_are_assumed_by_tags_only(account: Template) -> None:
    for role in ("delivery_prod_plan", "delivery_prod_apply"):
        assert may_assume(account, role, f"{PROJECT}:tag:ref:v1.4.2")
        assert not may_assume(account, role, f"{PROJECT}:branch:ref:feature")
        assert not may_assume(account, role, "project_path:community/other:ref_type:tag:ref:v1.4.2")
        assert not may_assume(account, role, f"{PROJECT}:tag:ref:v1.4.2", aud="https://elsewhere.example")
    # The scheduled drift job runs on the default branch, from which nothing is applied.
    assert may_assume(account, "delivery_prod_plan", f"{PROJECT}:branch:ref:main")
    assert not may_assume(account, "delivery_prod_apply", f"{PROJECT}:branch:ref:main")


def test_roles_of_staging_are_assumed_by_any_branch_to_plan_and_by_tags_to_apply(staging_account: Template) -> None:
    assert may_assume(staging_account, "delivery_staging_plan", f"{PROJECT}:branch:ref:feature")
    assert not may_assume(staging_account, "delivery_staging_apply", f"{PROJECT}:branch:ref:main")
    assert may_assume(staging_account, "delivery_staging_apply", f"{PROJECT}:tag:ref:v1.4.2-rc.1")


def test_apply_role_of_dev_is_assumed_by_the_default_branch_only(dev_account: Template) -> None:
    assert may_assume(dev_account, "delivery_dev_apply", f"{PROJECT}:branch:ref:main")
    assert not may_assume(dev_account, "delivery_dev_apply", f"{PROJECT}:branch:ref:feature")


def statements(template: Template, role: str) -> dict[str, dict[str, Any]]:
    return {each["Sid"]: each for each in template.policy(f"aws_iam_role_policy.{role}")}


def test_plan_role_reads_no_data_and_only_its_own_state(account: Template) -> None:
    found = statements(account, "delivery_prod_plan")
    state = "arn:aws:s3:::agora-account-state-333333333333-ap-northeast-2/agora/prod/terraform.tfstate"
    assert found["Lock"]["Resource"] == [f"{state}.tflock"]
    assert found["NoObjects"]["NotResource"] == [state, f"{state}.tflock"]
    assert found["NoSecrets"] == {
        "Sid": "NoSecrets", "Effect": "Deny", "Action": ["secretsmanager:GetSecretValue"], "Resource": ["*"]
    }  # fmt: skip
    attached = account.resource("aws_iam_role_policy_attachment.delivery_prod_plan")
    assert attached["policy_arn"] == "arn:aws:iam::aws:policy/ReadOnlyAccess"


def test_plan_role_reads_the_database_passwords_that_it_needs_and_no_other_secret(further: Path) -> None:
    """A plan evaluates ephemeral resources, and RDS instances with replicas have two of them."""
    plan = role_statements(Template(stack_folder(further, "account-444444444444")), "delivery_corporate_plan")
    secret = "arn:aws:secretsmanager:ap-northeast-2:444444444444:secret:{}-AbCdEf"
    assert is_allowed(plan, "secretsmanager:GetRandomPassword", "*", {})
    for name in ("mobile/corporate/database/main", "mobile/corporate/database/legacy"):
        assert is_allowed(plan, "secretsmanager:GetSecretValue", secret.format(name), {})
    others = ("corporate/database/other", "corporate/partner", "prod/database/main")
    for name in (*(f"mobile/{each}" for each in others), "rds!db-1234"):
        assert not is_allowed(plan, "secretsmanager:GetSecretValue", secret.format(name), {}), name


@pytest.mark.parametrize(
    ("aliases", "service", "allowed"),
    [
        (["alias/other", "alias/mobile/corporate/data"], "secretsmanager", True),
        (["alias/other", "alias/mobile/corporate/data"], "s3", False),
        (["alias/mobile/prod/data"], "secretsmanager", False),
    ],
)
def test_plan_role_uses_the_key_of_passwords_for_secrets_only(
    aliases: list[str], service: str, allowed: bool, further: Path
) -> None:
    plan = role_statements(Template(stack_folder(further, "account-444444444444")), "delivery_corporate_plan")
    context = {"kms:resourcealiases": aliases, "kms:viaservice": f"{service}.ap-northeast-2.amazonaws.com"}
    key = "arn:aws:kms:ap-northeast-2:444444444444:key/1234"
    assert is_allowed(plan, "kms:Decrypt", key, context) is allowed


def test_copied_password_is_read_from_the_secret_of_rds() -> None:
    names = Names("agora", "prod", "333333333333", "ap-northeast-2")
    managed = "arn:aws:secretsmanager:ap-northeast-2:333333333333:secret:rds!db-*"
    ours = "arn:aws:secretsmanager:ap-northeast-2:333333333333:secret:agora/prod/database/main-??????"
    for keys, patterns in (
        ({}, []),
        ({"copy_master_user_password": True}, [ours, managed]),
        ({"manage_master_user_password": False, "instances": 2}, [ours]),
    ):
        assert secrets_read_at_plan({"main": DatabaseSettings.model_validate({**RDS, **keys})}, names) == patterns


def test_previews_with_a_database_password_are_a_problem(tmp_path: Path) -> None:
    database = """
database "main" {
  engine                      = "postgres"
  engine_version              = "16.15"
  instance_class              = "db.t4g.medium"
  instances                   = 2
  manage_master_user_password = false
  storage {
    allocated_storage = 100
  }
}
"""
    assert only_problem(tmp_path, {"dev": DEV + PIPELINE + database}) == (
        "dev.hcl:11: pipeline.previews true would let the jobs of every branch read the password of database main, "
        "which a plan must read; write previews = false"
    )
    closed = PIPELINE.replace("  }\n", "  }\n  previews = false\n")
    assert problems_of(tmp_path, {"dev": DEV + closed + database}) == []


def test_plan_role_may_publish_to_the_warning_topic_only(account: Template) -> None:
    found = statements(account, "delivery_prod_plan")
    assert found["Notify"]["Resource"] == ["arn:aws:sns:ap-northeast-2:333333333333:agora-prod-alarms-warning"]
    aliases = {"kms:ResourceAliases": "alias/agora/prod/messages"}
    assert found["NotifyKey"]["Condition"] == {
        "StringEquals": {"kms:ViaService": "sns.ap-northeast-2.amazonaws.com"},
        "ForAnyValue:StringEquals": aliases,
    }


def test_apply_role_cannot_change_its_own_access(account: Template) -> None:
    apply = role_statements(account, "delivery_prod_apply")
    own = "arn:aws:iam::333333333333:role/agora-account-prod-apply"
    for action in ("iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:DeleteRole"):
        assert not is_allowed(apply, action, own, {}), action
        service = "arn:aws:iam::333333333333:role/agora-prod-service-api-task"
        boundary = {"iam:permissionsboundary": "arn:aws:iam::333333333333:policy/agora-account-prod-boundary"}
        assert is_allowed(apply, action, service, boundary), action
    gitlab = "arn:aws:iam::333333333333:oidc-provider/gitlab.com"
    for action in ("iam:UpdateOpenIDConnectProviderThumbprint", "iam:DeleteOpenIDConnectProvider"):
        assert not is_allowed(apply, action, gitlab, {}), action


def test_apply_role_may_create_the_oidc_providers_of_eks_clusters(further: Path) -> None:
    apply = role_statements(Template(stack_folder(further, "account-888888888888")), "delivery_mobile_apply")
    cluster = "arn:aws:iam::888888888888:oidc-provider/oidc.eks.ap-northeast-2.amazonaws.com/id/EXAMPLE"
    for action in ("Create", "Get", "Tag", "Delete"):
        assert is_allowed(apply, f"iam:{action}OpenIDConnectProvider", cluster, {}), action


def test_roles_of_a_github_repository_trust_githubs_provider(further: Path) -> None:
    template = Template(stack_folder(further, "account-888888888888"))
    provider = template.resource("aws_iam_openid_connect_provider.delivery_github")
    assert provider["url"] == "https://token.actions.githubusercontent.com"
    assert provider["client_id_list"] == ["sts.amazonaws.com"]
    host = "token.actions.githubusercontent.com"
    trust = template.resource("aws_iam_role.delivery_mobile_apply")["assume_role_policy"]
    (statement,) = json.loads(trust)["Statement"]
    assert statement["Principal"] == {"Federated": f"arn:aws:iam::888888888888:oidc-provider/{host}"}
    assert statement["Condition"]["StringEquals"][f"{host}:repository_id"] == "456789"
    assert all(sub.endswith(":environment:mobile") for sub in statement["Condition"]["StringLike"][f"{host}:sub"])
    apply = role_statements(template, "delivery_mobile_apply")
    assert not is_allowed(apply, "iam:DeleteOpenIDConnectProvider", statement["Principal"]["Federated"], {})


def test_environment_without_a_pipeline_has_no_roles(further: Path) -> None:
    roles = Template(stack_folder(further, "account-555555555555")).resources("aws_iam_role")
    assert not [name for name in roles if name.startswith("delivery_")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (PIPELINE.replace("community/groundwork", "groundwork"),
         'dev.hcl:13: pipeline.gitlab.project groundwork is not the path of a GitLab project; write its groups and its '
         'name, for example "community/groundwork"'),
        (PIPELINE.replace("  }", '    url = "http://gitlab.example"\n  }'),
         "dev.hcl:14: pipeline.gitlab.url http://gitlab.example is not the URL of a GitLab server; write https and "
         'the host, "https://gitlab.com"'),
        (PIPELINE.replace("  }", '    thumbprints = ["AA"]\n  }'),
         "dev.hcl:14: pipeline.gitlab.thumbprints.0 AA is not a SHA-1 fingerprint; write its 40 hexadecimal digits in "
         "lowercase, without colons"),
        ('pipeline {\n  project = "community/groundwork"\n  gitlab {\n    project = "a/b"\n  }\n}\n',
         'dev.hcl:11: pipeline.project is now `gitlab { project = "community/groundwork" }`; write it in this form'),
        (PIPELINE.replace("gitlab", "github").replace("project", "repository").replace("community/", "*/"),
         'dev.hcl:13: pipeline.github.repository */groundwork is not a repository on GitHub; write its owner and its '
         'name, for example "agora/infrastructure"'),
        ("pipeline {\n  previews = false\n}\n",
         "dev.hcl:10: pipeline requires `gitlab` or `github`; write one of them"),
    ],
)  # fmt: skip
def test_invalid_setting_is_a_problem(text: str, problem: str, tmp_path: Path) -> None:
    assert only_problem(tmp_path, {"dev": DEV + text}) == problem


def test_previews_in_production_are_a_problem(tmp_path: Path) -> None:
    text = PROD + PIPELINE.replace("  }\n", "  }\n  previews = true\n")
    assert only_problem(tmp_path, {"prod": text}) == (
        "prod.hcl:15: pipeline.previews true is not allowed in production: the jobs of every branch could read "
        "production's configuration; remove it; the plan of a release tag is reviewed before it is applied"
    )


def test_environments_of_one_account_with_two_servers_are_a_problem(tmp_path: Path) -> None:
    other = (DEV + PIPELINE).replace("10.20.0.0", "10.20.16.0")
    elsewhere = other.replace("}\n", "}\n", 1).replace(
        'groundwork"\n', 'groundwork"\n    url = "https://git.example"\n'
    )
    assert only_problem(tmp_path, {"dev": DEV + PIPELINE, "next": elsewhere}) == (
        "next.hcl:14: pipeline.gitlab.url https://git.example differs from dev's (dev.hcl:12), which is in the same "
        "account; write the same value in both"
    )
