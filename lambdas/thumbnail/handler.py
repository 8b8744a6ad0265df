"""Keeps the thumbnails in a bucket consistent with the images.

An event only names a key; the result depends on what is stored under that key now. Therefore events can arrive twice,
late, or out of order: the current image gets thumbnails, and a deleted image loses them. After writing, the image is
checked again: if it was replaced in the meantime, its thumbnails are created again, so that the last invocation to
write has also checked last.

If an image cannot be processed, the function fails: Lambda retries the asynchronous event twice, then sends it with the
error message to the function's queue for failed events. No event is lost, and a broken file is not retried forever.

Environment variables:
- SIZES: maximum width and height of each thumbnail in pixels: "320x320,1280x1280". Required.
- SOURCE_PREFIX, "uploads/", and TARGET_PREFIX, "thumbnails/": `uploads/a/b.jpg` becomes `thumbnails/320x320/a/b.jpg`.
- CACHE_CONTROL: of the thumbnails, "public, max-age=86400": a replaced image is visible within a day.
- MAX_PIXELS, 50 million, and MAX_BYTES, 50 MiB: larger images are not decoded, or not read.

Permissions: to read and list SOURCE_PREFIX; to write and delete under TARGET_PREFIX.
"""

import os
from typing import Any
from urllib.parse import unquote_plus

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes import S3Event
from aws_lambda_powertools.utilities.typing import LambdaContext

from . import storage
from .images import UnprocessableError, thumbnails
from .settings import Settings

#: After this many replacements during one invocation, the image is left to the events of those uploads.
_ATTEMPTS = 3

logger = Logger(service="thumbnail")
settings = Settings.read(os.environ)
s3 = boto3.client("s3")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Process an S3 event. Raises UnprocessableError after all keys were tried, if some of them failed."""
    reasons = []
    for record in S3Event(event).records if "Records" in event else ():
        # S3 encodes keys like form data: a space is `+`, everything else is percent-encoded UTF-8.
        bucket, key = record.s3.bucket.name, unquote_plus(record.s3.get_object.key)
        logger.append_keys(bucket=bucket, key=key, event_name=record.event_name, event_etag=record.s3.get_object.etag)
        try:
            _update(bucket, key)
        except UnprocessableError as error:
            logger.warning("cannot be processed", reason=str(error))
            reasons.append(f"s3://{bucket}/{key}: {error}")
    if reasons:
        raise UnprocessableError("; ".join(reasons))


def _update(bucket: str, key: str) -> None:
    """Create or delete the key's thumbnails according to what is stored under the key now."""
    targets = settings.targets(key)
    if not targets:
        logger.info("not the key of an image")
        return
    for _ in range(_ATTEMPTS):
        picture = storage.read(s3, bucket, key, settings.max_bytes)
        if picture is None:
            storage.delete(s3, bucket, targets.values())
        else:
            for size, thumbnail in thumbnails(picture.content, targets, settings.max_pixels):
                storage.write(s3, bucket, targets[size], thumbnail, settings.cache_control)
        if storage.etag_now(s3, bucket, key) == (picture.etag if picture else None):
            logger.info(
                "thumbnails are up to date", made=sorted(targets.values()) if picture else [], gone=picture is None
            )
            return
        logger.info("the image was replaced during the invocation")
    raise RuntimeError(f"s3://{bucket}/{key} was replaced {_ATTEMPTS} times while its thumbnails were created")
