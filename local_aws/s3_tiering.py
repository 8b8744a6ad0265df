"""S3: Intelligent-Tiering configurations of buckets.

AWS: PutBucketIntelligentTieringConfiguration and its Get and Delete operations store configurations by ID. Moto 5.2.5
has none of them and treats the first as the creation of the bucket. Added: each configuration is returned as
stored. No object is moved.
"""

from collections.abc import Callable
from typing import Any

_WORD = "intelligent-tiering"
_NONE = (
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchConfiguration</Code>'
    "<Message>The specified configuration does not exist.</Message></Error>"
)


def install() -> None:
    """Handle these requests before Moto's S3 does."""
    from moto.s3.responses import S3Response

    from local_aws.extend import add

    add(S3Response, _handling_put(S3Response._bucket_response_put))
    add(S3Response, _getting(S3Response._bucket_response_get))
    add(S3Response, _deleting(S3Response._bucket_response_delete))


def _handling_put(put: Callable[..., Any]) -> Callable[..., Any]:
    def _bucket_response_put(response: Any, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        if _WORD not in querystring:
            return put(response, request, bucket_name, querystring)
        _configurations(response, bucket_name)[querystring["id"][0]] = response.body
        return 200, {}, ""

    return _bucket_response_put


def _getting(get: Callable[..., Any]) -> Callable[..., Any]:
    def _bucket_response_get(response: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        if _WORD not in querystring:
            return get(response, bucket_name, querystring)
        found = _configurations(response, bucket_name).get(querystring["id"][0])
        return (404, {}, _NONE) if found is None else (200, {}, found)

    return _bucket_response_get


def _deleting(delete: Callable[..., Any]) -> Callable[..., Any]:
    def _bucket_response_delete(response: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        if _WORD not in querystring:
            return delete(response, bucket_name, querystring)
        removed = _configurations(response, bucket_name).pop(querystring["id"][0], None)
        return (404, {}, _NONE) if removed is None else (204, {}, "")

    return _bucket_response_delete


def _configurations(response: Any, bucket_name: str) -> dict[str, Any]:
    bucket = response.backend.get_bucket(bucket_name)
    configurations: dict[str, Any] = bucket.__dict__.setdefault("intelligent_tiering", {})
    return configurations
