"""The bucket: the image under a key, and its thumbnails."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .images import Thumbnail, UnprocessableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef


@dataclass(frozen=True)
class Picture:
    """The contents and ETag of an image."""

    content: bytes
    etag: str


def read(s3: "S3Client", bucket: str, key: str, max_bytes: int) -> Picture | None:
    """Return what is stored under the key, or None. Raises UnprocessableError if it is too large."""
    listed = _listed(s3, bucket, key)
    if listed is None:
        return None
    if listed["Size"] > max_bytes:
        raise UnprocessableError(f"it has {listed['Size']} bytes, more than the {max_bytes} that are read")
    found = s3.get_object(Bucket=bucket, Key=key)
    return Picture(found["Body"].read(), found["ETag"])


def etag_now(s3: "S3Client", bucket: str, key: str) -> str | None:
    """Return the ETag of what is stored under the key, or None."""
    listed = _listed(s3, bucket, key)
    return listed["ETag"] if listed else None


def write(s3: "S3Client", bucket: str, key: str, thumbnail: Thumbnail, cache_control: str) -> None:
    """Store a thumbnail."""
    s3.put_object(
        Bucket=bucket,
        Key=key,
        Body=thumbnail.content,
        ContentType=thumbnail.content_type,
        CacheControl=cache_control,
    )


def delete(s3: "S3Client", bucket: str, keys: Iterable[str]) -> None:
    """Delete thumbnails; a missing one is not an error."""
    for key in keys:
        s3.delete_object(Bucket=bucket, Key=key)


def _listed(s3: "S3Client", bucket: str, key: str) -> "ObjectTypeDef | None":
    """Return the listing of the key, which is the first of all keys with this prefix.

    HeadObject cannot distinguish the cases: a role that can list only one prefix gets "Access Denied" both for an
    object that it cannot read and for one that does not exist ([GetObject, Permissions]
    (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html)).
    """
    for found in s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", []):
        if found["Key"] == key:
            return found
    return None
