"""The bucket: what lies under a picture's key now, and its thumbnails."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from .images import Thumbnail, UnprocessableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Picture:
    """A picture as it was read."""

    content: bytes
    etag: str


def read(s3: "S3Client", bucket: str, key: str, max_bytes: int) -> Picture | None:
    """Return what lies under the key now, None when nothing does. Raises UnprocessableError when it is too large."""
    try:
        found = s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if _is_missing(error):
            return None
        raise
    if found["ContentLength"] > max_bytes:
        found["Body"].close()
        raise UnprocessableError(f"it has {found['ContentLength']} bytes, more than the {max_bytes} that are read")
    return Picture(found["Body"].read(), found["ETag"])


def etag_now(s3: "S3Client", bucket: str, key: str) -> str | None:
    """Return the ETag of what lies under the key now, None when nothing does."""
    try:
        return s3.head_object(Bucket=bucket, Key=key)["ETag"]
    except ClientError as error:
        if _is_missing(error):
            return None
        raise


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


def _is_missing(error: ClientError) -> bool:
    """Return whether nothing lies there; without the right to list, S3 says AccessDenied, which is an error."""
    return error.response["Error"]["Code"] in ("NoSuchKey", "404", "NotFound")
