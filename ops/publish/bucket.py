"""The bucket of a site, and the manifests and copies of pages in it."""

import base64
import json
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from modules.edge.site.access import hide_sid, read_sid
from modules.edge.site.checks import bucket_of
from modules.edge.site.keys.publishing import PAGES, RELEASES
from modules.environment_files import EnvironmentFile
from ops.errors import ExitCode, OpsError
from ops.publish.build import BuiltFile
from ops.publish.content_types import content_type_of
from ops.publish.release import Release, copy_key
from ops.target import Clients

#: Connections of a boto3 client.
WORKERS = 10
#: [DeleteObjects](https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html): keys in one request.
_DELETED_AT_ONCE = 1000


@dataclass(frozen=True)
class Stored:
    """An object of the listing."""

    size: int
    modified: datetime


class SiteBucket:
    """The bucket of one site, which only its distribution reads."""

    def __init__(self, clients: Clients, file: EnvironmentFile, label: str, apply: str) -> None:
        """`apply` is the command that applies the environment."""
        self.name = file.settings.names.bucket(bucket_of(label))
        self._s3 = clients("s3")
        self._file = file
        self._label = label
        self._apply = apply

    @cached_property
    def distribution_id(self) -> str:
        """The ID of the site's distribution, which is named in the bucket's policy. Raises OpsError.

        A role may then publish one site without the right to list the distributions of the account.
        """
        apply = f"apply it first: {self._apply}"
        try:
            policy = json.loads(self._s3.get_bucket_policy(Bucket=self.name)["Policy"])
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchBucket", "NoSuchBucketPolicy"):
                raise OpsError(
                    f"{self._file.settings.name} is not applied with site.{self._label}: there is no bucket "
                    f"{self.name} with a policy; {apply}",
                    ExitCode.REFUSED,
                ) from None
            raise
        statements = {each["Sid"]: each for each in policy["Statement"]}
        if not {read_sid(self._label), hide_sid(self._label)} <= set(statements):
            rule = f"the policy of {self.name} does not hide {RELEASES} from CloudFront yet"
            raise OpsError(f"{rule}; {apply}", ExitCode.REFUSED)
        arn: str = statements[read_sid(self._label)]["Condition"]["StringEquals"]["aws:SourceArn"]
        return arn.rpartition("/")[2]

    def require_applied(self) -> None:
        """Raise OpsError if the site is not applied."""
        _ = self.distribution_id

    def objects(self) -> dict[str, Stored]:
        """Return every object by key."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return {
            each["Key"]: Stored(each["Size"], each["LastModified"])
            for page in pages
            for each in page.get("Contents", [])
        }

    def releases(self, keys: Collection[str]) -> list[Release]:
        """Return the releases whose manifests are among these keys, the oldest first."""
        manifests = [key for key in keys if key.startswith(RELEASES) and key.endswith(".json")]
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            return [Release.of(text) for text in pool.map(self.read, sorted(manifests))]

    def read(self, key: str) -> bytes:
        """Return the content of an object."""
        content: bytes = self._s3.get_object(Bucket=self.name, Key=key)["Body"].read()
        return content

    def write_manifest(self, release: Release) -> None:
        """Store the manifest of a release."""
        self._s3.put_object(
            Bucket=self.name, Key=release.key, Body=release.manifest().encode(), ContentType="application/json"
        )

    def state_of(self, key: str) -> Mapping[str, Any]:
        """Return the SHA-256, Content-Type, and Cache-Control of an object; the first is missing if S3 has none."""
        # Not the ETag: with a KMS key, it is not a digest of the content ("Object", ETag,
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html).
        found = self._s3.head_object(Bucket=self.name, Key=key, ChecksumMode="ENABLED")
        digest = found.get("ChecksumSHA256")
        return {
            "sha256": base64.b64decode(digest).hex() if digest else None,
            "content_type": found.get("ContentType"),
            "cache_control": found.get("CacheControl"),
        }

    def upload(self, file: BuiltFile, key: str | None = None) -> None:
        """Store a file under its own key, or another one. S3 verifies the content by its SHA-256, and keeps that."""
        with file.path.open("rb") as content:
            self._s3.put_object(
                Bucket=self.name,
                Key=key or file.key,
                Body=content,
                ContentType=file.content_type,
                CacheControl=file.cache_control,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=base64.b64encode(bytes.fromhex(file.sha256)).decode(),
            )

    def upload_copy(self, file: BuiltFile) -> None:
        """Store the copy of a page, from which `show` takes it."""
        self.upload(file, copy_key(file.sha256))

    def show(self, key: str, sha256: str) -> None:
        """Replace a page by the copy with this SHA-256, in one step."""
        self._s3.copy_object(
            Bucket=self.name,
            Key=key,
            CopySource={"Bucket": self.name, "Key": copy_key(sha256)},
            MetadataDirective="REPLACE",
            ContentType=content_type_of(key),
            CacheControl=PAGES,
            ChecksumAlgorithm="SHA256",
        )

    def is_shown(self, key: str, sha256: str) -> bool:
        """Return whether a page has this SHA-256, and the headers that `show` gives it."""
        expected = {"sha256": sha256, "content_type": content_type_of(key), "cache_control": PAGES}
        return self.state_of(key) == expected

    def delete(self, keys: Collection[str]) -> None:
        """Delete objects; noncurrent versions remain for a while. Raises OpsError if AWS refuses one."""
        remaining = sorted(keys)
        while remaining:
            batch, remaining = remaining[:_DELETED_AT_ONCE], remaining[_DELETED_AT_ONCE:]
            deleted = {"Objects": [{"Key": key} for key in batch], "Quiet": True}
            for error in self._s3.delete_objects(Bucket=self.name, Delete=deleted).get("Errors", []):
                raise OpsError(f"cannot delete {error['Key']}: {error['Message']}", ExitCode.PUBLISH_FAILED)
