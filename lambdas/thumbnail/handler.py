"""Makes thumbnails of the pictures in a bucket agree with the pictures.

An event only says which key to look at; what is done follows from what lies there now. So events may come twice, late
or in the wrong order: the picture of now gets its thumbnails, and a picture that is gone loses them. After writing,
the picture is looked at again: if another was uploaded in the meantime, its thumbnails are made as well, and whoever
writes last has looked last.

What cannot be processed raises: Lambda tries an asynchronous event twice more, then puts it, with the message as
reason, into the function's dead-letter queue. Nothing is lost, and a broken file is not tried for ever.

Environment variables:
- SIZES: boxes in pixels that thumbnails fit into: "320x320,1280x1280". Required.
- SOURCE_PREFIX, "uploads/", and TARGET_PREFIX, "thumbnails/": `uploads/a/b.jpg` becomes `thumbnails/320x320/a/b.jpg`.
- CACHE_CONTROL: of the thumbnails, "public, max-age=86400": a picture that is uploaded anew shows within a day.
- MAX_PIXELS, 50 million, and MAX_BYTES, 50 MiB: what is larger is not unpacked, or not read.

Rights: to read and list SOURCE_PREFIX; to write and delete below TARGET_PREFIX.
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

#: A picture that is replaced more often than this while its thumbnails are made is left to the events of those uploads.
_ATTEMPTS = 3

logger = Logger(service="thumbnail")
settings = Settings.read(os.environ)
s3 = boto3.client("s3")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Take an event of S3. Raises UnprocessableError when all its keys were tried and some did not work."""
    reasons = []
    for record in S3Event(event).records if "Records" in event else ():
        # S3 writes keys as forms do: a space is `+`, everything else is percent and UTF-8.
        bucket, key = record.s3.bucket.name, unquote_plus(record.s3.get_object.key)
        logger.append_keys(bucket=bucket, key=key, event_name=record.event_name, event_etag=record.s3.get_object.etag)
        try:
            _agree(bucket, key)
        except UnprocessableError as error:
            logger.warning("cannot be processed", reason=str(error))
            reasons.append(f"s3://{bucket}/{key}: {error}")
    if reasons:
        raise UnprocessableError("; ".join(reasons))


def _agree(bucket: str, key: str) -> None:
    """Make the thumbnails of the key those of what lies there now."""
    targets = settings.targets(key)
    if not targets:
        logger.info("not a picture's key")
        return
    for _ in range(_ATTEMPTS):
        picture = storage.read(s3, bucket, key, settings.max_bytes)
        if picture is None:
            storage.delete(s3, bucket, targets.values())
        else:
            for size, thumbnail in thumbnails(picture.content, targets, settings.max_pixels):
                storage.write(s3, bucket, targets[size], thumbnail, settings.cache_control)
        if storage.etag_now(s3, bucket, key) == (picture.etag if picture else None):
            logger.info("thumbnails agree", made=sorted(targets.values()) if picture else [], gone=picture is None)
            return
        logger.info("the picture was replaced in the meantime")
    raise RuntimeError(f"s3://{bucket}/{key} was replaced {_ATTEMPTS} times while its thumbnails were made")
