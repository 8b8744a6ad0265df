"""The remote state of a stack: what its synthesized backend says, and what lies in the bucket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from ops.errors import ExitCode, OpsError
from ops.explain import LockHolder


@dataclass(frozen=True)
class Backend:
    """The S3 backend of a synthesized stack."""

    settings: dict[str, Any]

    @classmethod
    def of(cls, folder: Path) -> "Backend":
        """Read the backend of the stack in this folder."""
        return cls.in_stack(json.loads((folder / "cdk.tf.json").read_text()))

    @classmethod
    def in_stack(cls, synthesized: Mapping[str, Any]) -> "Backend":
        """Return the backend of a synthesized stack."""
        return cls(synthesized["terraform"]["backend"]["s3"])

    @property
    def bucket(self) -> str:
        """The state bucket."""
        return str(self.settings["bucket"])

    @property
    def key(self) -> str:
        """The state's object."""
        return str(self.settings["key"])

    @property
    def region(self) -> str:
        """The state bucket's region."""
        return str(self.settings["region"])

    @property
    def account_id(self) -> str:
        """The account whose state this is."""
        return str(self.settings["allowed_account_ids"][0])


class RemoteState:
    """What lies in the state bucket, asked with somebody's credentials."""

    def __init__(self, session: boto3.Session, backend: Backend) -> None:
        self._s3 = session.client("s3", region_name=backend.region)
        self._backend = backend

    @property
    def bucket(self) -> str:
        """The state bucket."""
        return self._backend.bucket

    def bucket_exists(self) -> bool:
        """Return whether the state bucket is there. Raises OpsError when it is somebody else's."""
        try:
            self._s3.head_bucket(Bucket=self._backend.bucket, ExpectedBucketOwner=self._backend.account_id)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchBucket"):
                return False
            raise OpsError(
                f"the state bucket {self._backend.bucket} cannot be read: {error}.\n"
                f"It is another account's, or these credentials have no right to it; "
                f"log in to account {self._backend.account_id}.",
                ExitCode.REFUSED,
            ) from None
        return True

    def exists(self) -> bool:
        """Return whether the state's object is there."""
        found = self._s3.list_objects_v2(Bucket=self._backend.bucket, Prefix=self._backend.key, MaxKeys=10)
        return any(each["Key"] == self._backend.key for each in found.get("Contents", []))

    def lock(self) -> LockHolder | None:
        """Return who holds the state's lock, which is an object beside it."""
        text = self._read(f"{self._backend.key}.tflock")
        return None if text is None else LockHolder.of(json.loads(text))

    def addresses(self) -> frozenset[str]:
        """Return the addresses of the resources in the state; none before the first apply."""
        text = self._read(self._backend.key)
        resources = json.loads(text)["resources"] if text else []
        return frozenset(f"{each['type']}.{each['name']}" for each in resources if each["mode"] == "managed")

    def _read(self, key: str) -> bytes | None:
        try:
            return bytes(self._s3.get_object(Bucket=self._backend.bucket, Key=key)["Body"].read())
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket"):
                return None
            raise
