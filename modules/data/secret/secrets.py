"""Secrets in Secrets Manager: the place, never the value."""

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

#: "RotateSecret, RotationRules": AutomaticallyAfterDays.
ROTATION_DAYS = range(1, 1001)


class Secret(Construct):
    """A secret without a value: `python -m ops secret set` puts one in, so none passes HCL, plan or state.

    Creates: the secret, under the environment's key for secrets; with `rotate_by` its rotation.
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
            recovery_window_in_days=settings.recovery_window_days,
            lifecycle=kept_if(foundation.is_production),
        )
        self.arn = secret.arn
        self.key_arn = foundation.secret_key.arn
        self.rotation = settings.rotation
        self._rotated = False

    def rotate_by(self, function_arn: str, days: int, after: ITerraformDependable | None = None) -> None:
        """Let a function put in a new value every so many days, the first at once.

        `after` is the permission by which Secrets Manager may invoke it. Raises ValueError when the secret has a
        rotation already, or for days that Secrets Manager does not take.
        """
        if self._rotated:
            raise ValueError(f"secret {self._label} is rotated already; it has one rotation")
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
