"""KMS keys: one for each purpose of an environment, each with one key policy."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from modules.foundation.names import Names
from modules.foundation.policies import PolicyDocument, Statement, allow
from modules.foundation.resources import Resources, kept_if

#: The waiting period in days, 7 to 30. After it, the key is deleted, and data that it encrypted cannot be decrypted.
DELETION_WINDOW_DAYS = 30
#: The default of KMS, written explicitly: [AWS KMS Developer Guide, Rotate AWS KMS keys]
#: (https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html).
ROTATION_PERIOD_DAYS = 365


class Key(Construct):
    """A symmetric customer managed KMS key, rotated every year, and its alias.

    Creates: key, alias. The key policy leaves access to IAM policies; `add_statements` gives access to an AWS service
    that uses the key on its own behalf.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        make: Resources,
        names: Names,
        purpose: str,
        protected: bool,
        provider: TerraformProvider | None = None,
    ) -> None:
        """For a key in another Region, pass that Region's provider and names."""
        super().__init__(scope, id)
        self.alias_arn = f"arn:aws:kms:{names.region}:{names.account_id}:{names.key_alias(purpose)}"
        self._policy = PolicyDocument(f"KMS key {purpose}", [_delegate_to_iam(names.account_id)])
        self._key = make(
            KmsKey,
            f"{purpose}_key",
            description=f"{names.product} {names.environment}: {purpose}",
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            enable_key_rotation=True,
            rotation_period_in_days=ROTATION_PERIOD_DAYS,
            policy=self._policy.json(),
            # Losing a key means losing everything that it encrypts.
            lifecycle=kept_if(protected),
            provider=provider,
        )
        self.arn = self._key.arn
        make(
            KmsAlias,
            f"{purpose}_key",
            name=names.key_alias(purpose),
            target_key_id=self._key.key_id,
            provider=provider,
        )

    def add_statements(self, *statements: Statement) -> None:
        """Add statements to the key policy; earlier statements stay. Raises ValueError for a duplicate Sid."""
        self._policy.add_statements(*statements)
        self._key.policy = self._policy.json()


def _delegate_to_iam(account_id: str) -> Statement:
    """Return the statement of AWS's default key policy: without it, the key could become unmanageable."""
    return allow(
        "IamDecides",
        principal={"AWS": f"arn:aws:iam::{account_id}:root"},
        actions=["kms:*"],
        resources=["*"],
    )
