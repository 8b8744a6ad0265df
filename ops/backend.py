"""A stack's remote state: its synthesized backend, and the objects in the state bucket."""

import datetime
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
        """Return the backend of the stack in this folder."""
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
        """The key of the state object."""
        return str(self.settings["key"])

    @property
    def region(self) -> str:
        """The Region of the state bucket."""
        return str(self.settings["region"])

    @property
    def account_id(self) -> str:
        """The account that the state belongs to."""
        return str(self.settings["allowed_account_ids"][0])


@dataclass(frozen=True)
class Version:
    """A version of a state object."""

    id: str
    when: datetime.datetime
    size: int | None
    """The size in bytes; None for a delete marker."""

    @property
    def is_deletion(self) -> bool:
        """Whether this is a delete marker."""
        return self.size is None

    def as_json(self) -> dict[str, Any]:
        """Return the fields for `--json`."""
        return {"id": self.id, "when": self.when.isoformat(), "size": self.size}

    def __str__(self) -> str:
        size = "deleted" if self.is_deletion else f"{self.size} bytes"
        return f"{self.id}  {self.when:%F %R} UTC  {size}"


class UnreadableLockError(OpsError):
    """A lock file that Terraform did not write and cannot release."""

    def __init__(self, lock: str, options: str) -> None:
        super().__init__(
            f"the lock {lock} was not written by Terraform (docs/runbooks/state.md, The state is locked). "
            f"If no apply is running, delete it: .venv/bin/python -m ops state delete-lock {options}",
            ExitCode.STATE_LOCKED,
        )


class RemoteState:
    """The state objects in the state bucket.

    `options` are the command options that select the stack, for error messages.
    """

    def __init__(self, session: boto3.Session, backend: Backend, options: str) -> None:
        self._s3 = session.client("s3", region_name=backend.region)
        self._backend = backend
        self._options = options

    @property
    def bucket(self) -> str:
        """The state bucket."""
        return self._backend.bucket

    def bucket_exists(self) -> bool:
        """Return whether the state bucket exists. Raises OpsError if it belongs to another account."""
        try:
            self._s3.head_bucket(Bucket=self._backend.bucket, ExpectedBucketOwner=self._backend.account_id)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchBucket"):
                return False
            raise OpsError(
                f"the state bucket {self._backend.bucket} cannot be read: {error}.\n"
                f"It belongs to another account, or these credentials have no permission to read it; "
                f"log in to account {self._backend.account_id}.",
                ExitCode.REFUSED,
            ) from None
        return True

    def exists(self) -> bool:
        """Return whether the state object exists."""
        found = self._s3.list_objects_v2(Bucket=self._backend.bucket, Prefix=self._backend.key, MaxKeys=10)
        return any(each["Key"] == self._backend.key for each in found.get("Contents", []))

    def lock(self) -> LockHolder | None:
        """Return the holder of the state's lock, an object next to the state. Raises UnreadableLockError."""
        text = self._read(self._lock_key)
        try:
            return None if text is None else LockHolder.of(json.loads(text))
        except (ValueError, TypeError, KeyError):
            raise UnreadableLockError(f"s3://{self._backend.bucket}/{self._lock_key}", self._options) from None

    def delete_unreadable_lock(self) -> None:
        """Delete a lock that Terraform cannot release. Raises OpsError for any other lock, or if there is none."""
        try:
            holder = self.lock()
        except UnreadableLockError:
            self._s3.delete_object(Bucket=self._backend.bucket, Key=self._lock_key)
            return
        raise OpsError(f"the state is locked by {holder}" if holder else "the state is not locked", ExitCode.REFUSED)

    def addresses(self) -> frozenset[str]:
        """Return the addresses of the resources in the state; none before the first apply. Raises OpsError."""
        text = self._read(self._backend.key)
        if text is None:
            return frozenset()
        try:
            resources = json.loads(text)["resources"]
            return frozenset(f"{each['type']}.{each['name']}" for each in resources if each["mode"] == "managed")
        except (ValueError, TypeError, KeyError):
            raise OpsError(
                f"s3://{self._backend.bucket}/{self._backend.key} was not written by Terraform. Restore an "
                "earlier version (docs/runbooks/state.md, The state is lost or broken). List the versions: "
                f".venv/bin/python -m ops state versions {self._options}",
                ExitCode.REFUSED,
            ) from None

    def versions(self) -> list[Version]:
        """Return the versions of the state object, newest first."""
        # S3 sorts versions by key, newest first: those of the lock, whose key is longer, come last.
        # "ListObjectVersions", https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
        found = self._s3.list_object_versions(Bucket=self._backend.bucket, Prefix=self._backend.key)
        listed = [
            (each["IsLatest"], Version(each["VersionId"], each["LastModified"], size))
            for each, size in [
                *((marker, None) for marker in found.get("DeleteMarkers", [])),
                *((version, version["Size"]) for version in found.get("Versions", [])),
            ]
            if each["Key"] == self._backend.key
        ]
        return [version for _, version in sorted(listed, key=lambda each: (each[0], each[1].when), reverse=True)]

    def refuse_deleted(self) -> None:
        """Raise OpsError if the state object was deleted: a plan would create every resource a second time."""
        versions = self.versions()
        if not versions or not versions[0].is_deletion:
            return
        url, when = f"s3://{self._backend.bucket}/{self._backend.key}", f"{versions[0].when:%F %R} UTC"
        deleted = f"the state {url} was deleted at {when}"
        last = next((each for each in versions if not each.is_deletion), None)
        if last is None:
            raise OpsError(f"{deleted}, and no version of it is left: docs/runbooks/state.md", ExitCode.REFUSED)
        raise OpsError(
            f"{deleted}. Without it, a plan would create everything a second time. Restore its last version, {last.id} "
            f"of {last.when:%F %R} UTC: .venv/bin/python -m ops state restore {self._options} --version-id={last.id}",
            ExitCode.REFUSED,
        )

    def restore(self, version: str) -> None:
        """Make an earlier version of the state the current one. Raises OpsError if the state is locked."""
        holder = self.lock()
        if holder:
            raise OpsError(f"the state is locked by {holder}; wait for it", ExitCode.STATE_LOCKED)
        bucket, key = self._backend.bucket, self._backend.key
        self._s3.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": key, "VersionId": version})

    @property
    def _lock_key(self) -> str:
        return f"{self._backend.key}.tflock"

    def _read(self, key: str) -> bytes | None:
        try:
            return bytes(self._s3.get_object(Bucket=self._backend.bucket, Key=key)["Body"].read())
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket"):
                return None
            raise
