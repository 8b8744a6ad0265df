"""Creates the users of a database that programs log in as, and rotates their passwords.

It alone logs in as the administrator. An event is one of:

- `{"users": {"gw_service_api": {"access": "read_write", "secret": null}}}`: all users that the database should have.
  Without a secret, a user authenticates by IAM; the first password of a secret that has none is generated. Users with
  the prefix gw_ that the event does not name are locked. Nothing is dropped, and a second run changes nothing. Returns
  what has changed: `{"created": [], "locked": [], "not_granted": []}`.
- A step of a rotation: [Rotation by Lambda function]
  (https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda.html). A new password replaces the
  old one; connections that exist stay open.
- Anything with an unknown user, access, or step: the function fails, and changes nothing.

Environment variables, all of which a `database` block sets: ENGINE, HOST (the endpoint of RDS, whose name is in the
certificate), PORT, NAME, ADMINISTRATOR_SECRET_ARN.

Permissions: secretsmanager:GetSecretValue on the administrator's secret; on those of users also DescribeSecret,
PutSecretValue, and UpdateSecretVersionStage.
"""

import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from .mysql import Mysql
from .passwords import current_or_first, make_current, read, store_pending
from .postgres import Postgres
from .settings import Settings
from .users import checked, wanted

logger = Logger(service="database_logins")
settings = Settings.read(os.environ)
secrets = boto3.client("secretsmanager")
_KINDS: dict[str, type[Mysql] | type[Postgres]] = {"mysql": Mysql, "postgres": Postgres}
database = _KINDS[settings.engine](settings.host, settings.port, settings.name)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[str]]:
    """Create users, or run a step of a rotation."""
    if "Step" in event:
        _rotate(event["Step"], event["SecretId"], event["ClientRequestToken"])
        return {}
    return _set_up(event)


def _set_up(event: Mapping[str, Any]) -> dict[str, list[str]]:
    users = wanted(event)
    passwords = {
        user.name: current_or_first(secrets, user.secret, user.name).password for user in users.values() if user.secret
    }
    changes = asdict(database.set_up(read(secrets, settings.secret_arn), users, passwords))
    logger.info("users", users=sorted(users), changes=changes)
    return changes


def _rotate(step: str, secret: str, version: str) -> None:
    if step == "createSecret":
        store_pending(secrets, secret, version)
    elif step == "setSecret":
        pending = read(secrets, secret, version)
        checked(pending.user)
        database.set_password(read(secrets, settings.secret_arn), pending)
    elif step == "testSecret":
        database.log_in(read(secrets, secret, version))
    elif step == "finishSecret":
        make_current(secrets, secret, version)
    else:
        raise ValueError(f"{step!r} is not a step of a rotation")
    logger.info("rotation", step=step, secret=secret)
