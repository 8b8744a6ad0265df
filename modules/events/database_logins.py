"""Users in databases, and the function that creates them."""

import json
from collections.abc import Mapping

from cdktf_cdktf_provider_aws.lambda_invocation import LambdaInvocation
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_rotation import (
    SecretsmanagerSecretRotation,
    SecretsmanagerSecretRotationRotationRules,
)
from constructs import Construct

from modules.data.database.database import Database
from modules.data.database.keys.access import Right, Rights
from modules.data.database.keys.users import event, secret_name, user_names
from modules.data.logins import DatabaseLogin, read_secrets, user_login
from modules.events.function.functions import Function
from modules.foundation.foundation import Foundation
from modules.foundation.policies import allow, use_key_via

#: [Lambda rotation function execution role permissions for AWS Secrets Manager]
#: (https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html).
ROTATION_ACTIONS = ("DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")


class DatabaseLogins(Construct):
    """The users of a database.

    The apply that adds a user invokes the function, and programs that log in as the user are created or changed after
    that. An apply without other users does not invoke it; `python -m ops database logins` does.

    Creates: the invocation of the function. If users have passwords: for each user, a secret without a value, which the
    function generates, and its rotation; the permission for Secrets Manager to invoke the function.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        label: str,
        database: Database,
        function: Function,
        users: Mapping[str, Right],
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._label = label
        self._database = database
        self._function = function
        self._foundation = foundation
        self._make = foundation.resources(self, "database")
        stored = database.settings.stores_passwords
        self._secrets = {user: self._create_secret(user) for user in sorted(users)} if stored else {}
        self._grant()
        self._invocation = self._invoke(users)
        if self._secrets:
            self._rotate()
        if database.proxy:
            secrets = [secret.arn for secret in self._secrets.values()]
            # A proxy needs at least one.
            kept = database.settings.keep_master_login or not secrets
            database.proxy.log_in_with([*secrets, *([database.secret_arn] if kept else [])], self._invocation)

    def login(self, program: str, rights: Rights) -> DatabaseLogin:
        """Return how a program logs in as its users."""
        users = user_names(program, rights, self._database.settings.kind.dialect)
        arns = {user: secret.arn for user, secret in self._secrets.items()}
        return user_login(self._label, self._database, users, arns, [self._invocation])

    def _create_secret(self, user: str) -> SecretsmanagerSecret:
        return self._make(
            SecretsmanagerSecret,
            f"{self._label}_{user}",
            name=secret_name(self._foundation.names, self._label, user),
            description=f"Login of {user} in the database {self._label}",
            kms_key_id=self._database.secret_key_arn,
            # Nothing is lost with a password, and a user that comes back gets a secret with the same name.
            recovery_window_in_days=0,
        )

    def _grant(self) -> None:
        """Allow the function to read the administrator's login, and to read and replace those of users."""
        database, role = self._database, self._function.role
        keys = {each.arn: database.secret_key_arn for each in self._secrets.values()}
        names = self._foundation.names
        role.add_statements(*read_secrets({database.secret_arn: database.secret_key_arn, **keys}, names))
        if keys:
            actions = [f"secretsmanager:{action}" for action in ROTATION_ACTIONS]
            role.add_statements(
                allow("Rotate", actions=actions, resources=list(keys)),
                use_key_via(
                    "RotateKey",
                    "secretsmanager",
                    names.region,
                    actions=["kms:GenerateDataKey", "kms:Decrypt"],
                    key_arns=[database.secret_key_arn],
                    condition={"StringEquals": {"kms:EncryptionContext:SecretARN": list(keys)}},
                ),
            )
        self._function.add_environment(
            {
                "ENGINE": database.settings.kind.dialect,
                "HOST": database.endpoint,
                "PORT": str(database.port),
                "NAME": database.database_name or "",
                "ADMINISTRATOR_SECRET_ARN": database.secret_arn,
            }
        )

    def _invoke(self, users: Mapping[str, Right]) -> LambdaInvocation:
        database, function = self._database, self._function
        given = event(self._foundation.names, self._label, database.settings, users)
        ingress = database.allow_administration_from(function.security_group_id)
        egress = function.allow_egress_to(database.security_group_id, database.port, f"database_{self._label}")
        return self._make(
            LambdaInvocation,
            f"{self._label}_logins",
            function_name=function.arn,
            input=json.dumps(given),
            # A restored database has the users of its snapshot; a new release may grant other privileges.
            triggers={"database": database.resource_id, "function": function.code_hash},
            depends_on=[ingress, egress, *function.role.ready, *database.ready, *self._secrets.values()],
        )

    def _rotate(self) -> None:
        names, days = self._foundation.names, self._database.settings.password_rotation_days
        # One permission for all: the policy of a function has at most 20 KB ([Lambda quotas]
        # (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)).
        secrets = f"arn:aws:secretsmanager:{names.region}:{names.account_id}:secret:"
        secrets += secret_name(names, self._label, "*")
        permission = self._function.grant_invoke("secretsmanager", secrets, name="rotates")
        for user, secret in self._secrets.items():
            self._make(
                SecretsmanagerSecretRotation,
                f"{self._label}_{user}",
                secret_id=secret.id,
                rotation_lambda_arn=self._function.arn,
                # Not at the apply, in which programs start with the password.
                rotate_immediately=False,
                rotation_rules=SecretsmanagerSecretRotationRotationRules(automatically_after_days=days),
                depends_on=[permission, self._invocation],
            )
