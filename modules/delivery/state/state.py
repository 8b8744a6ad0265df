"""Remote state: the account's state bucket, and the S3 backend of each stack."""

from cdktf import S3Backend, TerraformStack
from constructs import Construct

from modules.foundation.buckets import PrivateBucket
from modules.foundation.kms import Key
from modules.foundation.names import Names
from modules.foundation.resources import Resources

#: Days that an old version of a state is kept: a lost or corrupted state is noticed in the next plan.
OLD_STATE_VERSIONS_DAYS = 90


def create_state_bucket(scope: Construct, *, make: Resources, names: Names) -> None:
    """Create the bucket of all states of an account, and its KMS key. Terraform cannot destroy either of them."""
    PrivateBucket(
        scope,
        "state-bucket",
        make=make,
        purpose="state",
        name=state_bucket_name(names),
        key=Key(scope, "state-key", make=make, names=names, purpose="state", protected=True),
        expire_after_days=None,
        expire_old_versions_after_days=OLD_STATE_VERSIONS_DAYS,
        protected=True,
        force_destroy=False,
    )


def state_bucket_name(names: Names) -> str:
    """Return the name of the state bucket of the account and Region of `names`."""
    return names.bucket("state")


def keep_state(stack: TerraformStack, *, names: Names, key: str) -> None:
    """Store the stack's state in the account's state bucket under this key.

    `names` are the account's, in the state bucket's Region. The lock is an object next to the state (`use_lockfile`,
    Terraform 1.10), so no DynamoDB table is needed.
    """
    S3Backend(
        stack,
        bucket=state_bucket_name(names),
        key=key,
        region=names.region,
        encrypt=True,
        kms_key_id=f"arn:aws:kms:{names.region}:{names.account_id}:{names.key_alias('state')}",
    )
    # S3Backend of cdktf 0.21 does not have these two arguments yet.
    stack.add_override("terraform.backend.s3.use_lockfile", True)
    stack.add_override("terraform.backend.s3.allowed_account_ids", [names.account_id])
