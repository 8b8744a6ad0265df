"""Secrets Manager secrets, without their values."""

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_rotation import (
    SecretsmanagerSecretRotation,
    SecretsmanagerSecretRotationRotationRules,
)
from constructs import Construct

from modules.data.secret.settings import SecretSettings, secret_name
from modules.foundation.foundation import Foundation
from modules.foundation.resources import kept_if

#: [RotateSecret, RotationRules, AutomaticallyAfterDays]
#: (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html).
ROTATION_DAYS = range(1, 1001)


class Secret(Construct):
    """A secret without a value: `python -m ops secret set` stores it, so it is in no HCL file, plan, or state.

    Creates: secret, encrypted with the environment's key for secrets; `rotate_by` adds its rotation.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, settings: SecretSettings, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._label = name
        self._make = foundation.resources(self, "secret")
        secret = self._make(
            SecretsmanagerSecret,
            name,
            name=secret_name(foundation.names, name),
            description=settings.description or None,
            kms_key_id=foundation.secret_key.arn,
            recovery_window_in_days=settings.recovery_window_in_days,
            lifecycle=kept_if(foundation.is_production),
        )
        self.arn = secret.arn
        self.key_arn = foundation.secret_key.arn
        self.rotation = settings.rotation
        self._rotated = False

    def rotate_by(self, function_arn: str, days: int, after: ITerraformDependable | None = None) -> None:
        """Rotate the secret with a function every `days` days, the first time immediately.

        `after` is the permission that allows Secrets Manager to invoke the function. Raises ValueError if the secret
        has a rotation already, or if Secrets Manager does not allow that number of days.
        """
        if self._rotated:
            raise ValueError(f"secret {self._label} has a rotation already; a secret has only one")
        if days not in ROTATION_DAYS:
            raise ValueError(f"secret {self._label}: Secrets Manager rotates every 1 to 1000 days, not {days}")
        self._rotated = True
        self._make(
            SecretsmanagerSecretRotation,
            self._label,
            secret_id=self.arn,
            rotation_lambda_arn=function_arn,
            rotation_rules=SecretsmanagerSecretRotationRotationRules(automatically_after_days=days),
            depends_on=[after] if after else None,
        )
