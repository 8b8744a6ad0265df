"""Users of databases in the synthesized JSON: who creates them, when, and who may log in as them."""

import json
from pathlib import Path
from typing import Any

import pytest

from modules.compute.keys.database_users import database_users
from modules.data.database.keys.users import event
from modules.environment_files import load
from ops.workspace import PROJECT, stack_folder
from tests.conftest import Synthesize
from tests.data.database.test_users import DATABASE, NAT
from tests.support.environments import write
from tests.support.permissions import allows, statements_of
from tests.support.template import Template

SERVICES = """\
ecs "main" { fargate {} }
repository "api" {}
service "api" {
  image     = "api:1.0.0"
  databases = { main = ["read_write", "migrate"] }
}
scheduled_task "report" {
  image               = "api:1.0.0"
  command             = ["report"]
  schedule_expression = "rate(1 day)"
  databases           = { main = "read_only" }
}
"""


@pytest.fixture(scope="module")
def corporate(further: Path) -> Template:
    return Template(stack_folder(further, "corporate"))


@pytest.fixture(scope="module")
def by_login(synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    """The same programs with each login; only one with users of its own can give them different rights."""
    same = SERVICES.replace('["read_write", "migrate"]', '"read_write"').replace("read_only", "read_write")
    services = {"iam": SERVICES, "password": SERVICES, "master": same, "moved": SERVICES}
    logins = {login: f'login = "{login}"' for login in services} | {"moved": "keep_master_login = true\n  proxy {}"}
    files = {
        login: NAT.replace("10.20.0.0/20", f"10.20.{16 * number}.0/20").replace("1" * 12, f"{number + 1:012}")
        + DATABASE.replace("# here", logins[login])
        + text
        for number, (login, text) in enumerate(services.items())
    }
    output = synthesize(write(tmp_path_factory.mktemp("logins"), files))
    return {login: Template(stack_folder(output, login)) for login in services}


def _container(template: Template, name: str) -> tuple[dict[str, str], dict[str, str]]:
    definition = template.resource(f"aws_ecs_task_definition.{name}")["container_definitions"]
    (container, *_) = json.loads(definition)
    return (
        {each["name"]: each["value"] for each in container["environment"]},
        {each["name"]: each["valueFrom"] for each in container.get("secrets", [])},
    )


def _invocation(template: Template, name: str = "main") -> dict[str, Any]:
    return template.resource(f"aws_lambda_invocation.database_{name}_logins")


def test_invocation_has_what_the_settings_want(corporate: Template, prod: Template) -> None:
    """The command of ops computes the same from the settings."""
    for template, folder, name in ((corporate, "tests/environments", "corporate"), (prod, "envs", "prod")):
        settings = load(PROJECT / folder)[name].settings
        for label, users in database_users(settings).items():
            given = event(settings.names, label, settings.database[label], users)
            assert json.loads(_invocation(template, label)["input"]) == given


def test_services_start_after_their_users_exist(prod: Template) -> None:
    invocation = "aws_lambda_invocation.database_main_logins"
    assert invocation in prod.resource("aws_ecs_service.service_api")["depends_on"]
    waits = _invocation(prod)["depends_on"]
    assert "aws_rds_cluster_instance.database_main_1" in waits
    assert "aws_vpc_security_group_ingress_rule.database_main_from_logins" in waits
    assert "aws_vpc_security_group_egress_rule.function_database_main_logins_to_database_main" in waits


def test_functions_are_created_after_their_users(corporate: Template) -> None:
    function = corporate.resource("aws_lambda_function.function_export")
    assert "aws_lambda_invocation.database_main_logins" in function["depends_on"]


def test_only_the_function_reads_the_login_of_the_administrator(prod: Template) -> None:
    secret = prod.resource("aws_lambda_function.function_database_main_logins")["environment"]["variables"][
        "ADMINISTRATOR_SECRET_ARN"
    ]
    readers = {
        name
        for name in prod.resources("aws_iam_role_policy")
        if allows(statements_of(prod, name), "secretsmanager:GetSecretValue", secret)
    }
    assert readers == {"function_database_main_logins"}


def test_rotation_is_by_the_function_and_starts_later(corporate: Template) -> None:
    rotation = corporate.resource("aws_secretsmanager_secret_rotation.database_legacy_gw_function_figures")
    assert rotation["rotate_immediately"] is False
    assert rotation["rotation_rules"] == {"automatically_after_days": 60}
    assert "aws_lambda_invocation.database_legacy_logins" in rotation["depends_on"]
    secret = "${aws_secretsmanager_secret.database_legacy_gw_function_figures.arn}"
    role = statements_of(corporate, "function_database_legacy_logins")
    assert allows(role, "secretsmanager:PutSecretValue", secret)
    master = "${aws_secretsmanager_secret.database_legacy_password.arn}"
    assert allows(role, "secretsmanager:GetSecretValue", master)
    assert not allows(role, "secretsmanager:PutSecretValue", master)


def test_secrets_of_users_can_be_created_again(corporate: Template) -> None:
    secret = corporate.resource("aws_secretsmanager_secret.database_legacy_gw_function_figures")
    assert secret["recovery_window_in_days"] == 0
    assert secret["name"] == "mobile/corporate/database/legacy/gw_function_figures"


@pytest.mark.parametrize("login", ["iam", "password", "master"])
def test_login_decides_what_tasks_are_given(by_login: dict[str, Template], login: str) -> None:
    template = by_login[login]
    variables, secrets = _container(template, "service_api")
    given = {*variables, *secrets}
    role = statements_of(template, "service_api_task")
    user = "arn:aws:rds-db:ap-northeast-2:000000000001:dbuser:${aws_rds_cluster.database_main.cluster_resource_id}"
    if login == "iam":
        assert variables["DATABASE_MAIN_USER"] == "gw_service_api"
        assert variables["DATABASE_MAIN_MIGRATE_USER"] == "gw_service_api_migrate"
        assert variables["DATABASE_MAIN_ENDPOINT"] == "${aws_rds_cluster.database_main.endpoint}"
        assert not secrets
        assert allows(role, "rds-db:connect", f"{user}/gw_service_api")
        assert allows(role, "rds-db:connect", f"{user}/gw_service_api_migrate")
        assert not allows(role, "rds-db:connect", f"{user}/gw_scheduled_task_report")
    elif login == "password":
        own = "${aws_secretsmanager_secret.database_main_gw_service_api.arn}"
        assert secrets["DATABASE_MAIN_PASSWORD"] == f"{own}:password::"
        assert {"DATABASE_MAIN_MIGRATE_PASSWORD", "DATABASE_MAIN_MIGRATE_SECRET_ARN"} < given
        assert allows(role, "secretsmanager:GetSecretValue", own)
        other = "${aws_secretsmanager_secret.database_main_gw_scheduled_task_report.arn}"
        assert not allows(role, "secretsmanager:GetSecretValue", other)
    else:
        assert not template.resources("aws_lambda_invocation")
        assert {"DATABASE_MAIN_USER", "DATABASE_MAIN_PASSWORD"} == set(secrets)
        assert "DATABASE_MAIN_ENDPOINT" not in variables


def test_a_kept_login_of_the_administrator_is_one_more(by_login: dict[str, Template]) -> None:
    template = by_login["moved"]
    execution = str(template.resource("aws_iam_role_policy.service_api_execution")["policy"])
    assert "aws_rds_cluster.database_main.master_user_secret" in execution
    (*users, kept) = template.only("aws_db_proxy")["auth"]
    assert len(users) == 3
    assert "aws_rds_cluster.database_main.master_user_secret" in kept["secret_arn"]
    connect = str(template.resource("aws_iam_role_policy.service_api_task")["policy"])
    for user in ("gw_service_api", "gw_service_api_migrate", "dbadmin"):
        assert f'/{user}"' in connect
    assert "gw_scheduled_task_report" not in connect
