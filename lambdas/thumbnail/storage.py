"""The bucket: what lies under a picture's key now, and its thumbnails."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .images import Thumbnail, UnprocessableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef


@dataclass(frozen=True)
class Picture:
    """A picture as it was read."""

    content: bytes
    etag: str


def read(s3: "S3Client", bucket: str, key: str, max_bytes: int) -> Picture | None:
    """Return what lies under the key now, None when nothing does. Raises UnprocessableError when it is too large."""
    listed = _listed(s3, bucket, key)
    if listed is None:
        return None
    if listed["Size"] > max_bytes:
        raise UnprocessableError(f"it has {listed['Size']} bytes, more than the {max_bytes} that are read")
    found = s3.get_object(Bucket=bucket, Key=key)
    return Picture(found["Body"].read(), found["ETag"])


def etag_now(s3: "S3Client", bucket: str, key: str) -> str | None:
    """Return the ETag of what lies under the key now, None when nothing does."""
    listed = _listed(s3, bucket, key)
    return listed["ETag"] if listed else None


def write(s3: "S3Client", bucket: str, key: str, thumbnail: Thumbnail, cache_control: str) -> None:
    """Put the thumbnail there."""
    s3.put_object(
        Bucket=bucket,
        Key=key,
        Body=thumbnail.content,
        ContentType=thumbnail.content_type,
        CacheControl=cache_control,
    )


def delete(s3: "S3Client", bucket: str, keys: Iterable[str]) -> None:
    """Delete thumbnails; one that is not there is no error."""
    for key in keys:
        s3.delete_object(Bucket=bucket, Key=key)


def _listed(s3: "S3Client", bucket: str, key: str) -> "ObjectTypeDef | None":
    """Return what a listing says of the key: of all keys that begin with it, it comes first.

    To ask for the object itself would not tell: whoever may list one prefix only is answered "Access Denied" for what
    is there and may not be read, and for what is not there ("GetObject, Permissions").
    """
    for found in s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", []):
        if found["Key"] == key:
            return found
    return None
