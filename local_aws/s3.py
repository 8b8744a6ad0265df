"""S3: bucket policies with conditions and principals, lifecycle rules, access logs, and notifications.

- AWS: a statement of a bucket policy applies if its principal, action, and resource match the request and all its
  conditions are met; an applicable Deny rejects the request. Moto 5.2.5 ignores conditions of bucket policies and all
  principals except "*", so that the usual "deny without TLS" blocks every access to objects. Added: the evaluation, for
  the requests that Moto checks (those for objects). The embedded AWS is reached by plain HTTP where AWS is reached by
  HTTPS: aws:SecureTransport is "true" here.
- AWS: GetBucketLifecycleConfiguration returns the rules as stored, and the minimum object size for transitions in a
  header. Moto loses parts of the rules and returns the size in the body, where SDKs do not look; the provider then
  waits in vain for its own rules. Added: rules and header are returned as stored.
- AWS: PutBucketLogging requires a target whose policy allows logging.s3.amazonaws.com to write, and GetBucketLogging
  returns the format of the object keys. Moto requires one specific spelling of the policy and drops the format. Added:
  the policy is evaluated, and the format is returned.
- AWS: GetBucketNotificationConfiguration returns the empty EventBridgeConfiguration that enables EventBridge. Moto
  accepts and applies it, and does not return it. Added: it is returned.
- AWS: deleting an object in a bucket with versioning sends the notification DeleteMarkerCreated. Moto sends none.
  Added: it is sent.
- AWS: DeleteObjects deletes versions and delete markers. Moto disposes of the contents of a version, and fails for
  delete markers, which have none. Added: disposing of a delete marker does nothing.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from iam.evaluation import effects

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_MINIMUM_SIZE_HEADER = "x-amz-transition-default-minimum-object-size"
_DEFAULT_MINIMUM_SIZE = "all_storage_classes_128K"


def install() -> None:
    """Replace Moto's evaluation of bucket policies and its parsing of lifecycle rules and logging."""
    from moto.s3.models import FakeBucket, FakeDeleteMarker, S3Backend
    from moto.s3.responses import S3Response

    from local_aws.extend import add

    add(FakeDeleteMarker, dispose)
    add(S3Backend, _with_notification(S3Backend._set_delete_marker))
    add(FakeBucket, get_permission, _log_permissions_enabled_policy)
    add(FakeBucket, _keeping_rules(FakeBucket.set_lifecycle))
    add(S3Response, _with_all_of_the_rules(S3Response.get_bucket_lifecycle))
    add(S3Response, _keeping_document(S3Response._logging_from_body))
    add(S3Response, _with_document(S3Response.get_bucket_logging))
    add(S3Response, _with_event_bridge(S3Response.get_bucket_notification))


def dispose(marker: Any, garbage: bool = False) -> None:
    """Do nothing: a delete marker has no contents."""


def _with_notification(mark: Callable[..., Any]) -> Callable[..., Any]:
    from moto.s3 import notifications

    def _set_delete_marker(backend: Any, bucket_name: str, key_name: str) -> Any:
        bucket = backend.get_bucket(bucket_name)
        deleted = bucket.keys.get(key_name)
        marker = mark(backend, bucket_name, key_name)
        if deleted is not None and hasattr(deleted, "etag"):
            event = notifications.S3NotificationEvent.OBJECT_REMOVED_DELETE_MARKER_CREATED_EVENT
            notifications.send_event(backend.account_id, event, bucket, deleted)
        return marker

    return _set_delete_marker


def get_permission(bucket: Any, action: str, resource: str) -> Any:
    """Return the result of the bucket's policy for the current request: DENIED, PERMITTED, or NEUTRAL."""
    from moto.iam.access_control import PermissionResult

    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    applying = effects(bucket.policy, action, resource, _context())
    if "Deny" in applying:
        return PermissionResult.DENIED
    return PermissionResult.PERMITTED if "Allow" in applying else PermissionResult.NEUTRAL


def _log_permissions_enabled_policy(bucket: Any, target_bucket: Any, target_prefix: str | None) -> bool:
    """Return whether S3 can write the access logs of `bucket` to `target_bucket`."""
    if target_bucket.policy is None:
        return False
    context = {
        "aws:securetransport": "true",
        "aws:principalisawsservice": "true",
        "aws:principalservicename": "logging.s3.amazonaws.com",
        "aws:sourceaccount": bucket.account_id,
        "aws:sourcearn": bucket.arn,
    }
    written = f"{target_bucket.arn}/{target_prefix or ''}log"
    return effects(target_bucket.policy, "s3:PutObject", written, context) == {"Allow"}


def _keeping_rules(put: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Store the rules as requested, after Moto has checked them."""

    def set_lifecycle(bucket: Any, rules: list[dict[str, Any]]) -> None:
        from flask import request

        put(bucket, rules)
        # AWS generates an ID for a rule without one.
        bucket.given_rules = [{"ID": str(uuid4()), **rule} for rule in rules]
        bucket.minimum_size = request.headers.get(_MINIMUM_SIZE_HEADER, _DEFAULT_MINIMUM_SIZE)

    return set_lifecycle


def _with_all_of_the_rules(get: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the rules as requested, and the minimum size in its header."""

    def get_bucket_lifecycle(response: Any) -> Any:
        answer = get(response)  # Raises if there is no configuration.
        bucket = response.backend.get_bucket(response.bucket_name)
        body = _xml("LifecycleConfiguration", {"Rule": bucket.given_rules})
        return answer[0], {**answer[1], _MINIMUM_SIZE_HEADER: bucket.minimum_size}, body

    return get_bucket_lifecycle


def _keeping_document(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Store the logging configuration as requested, in addition to Moto's version of it."""

    def _logging_from_body(response: Any) -> Any:
        import xmltodict  # type: ignore[import-untyped]

        configuration = parse(response)
        if configuration:
            document = xmltodict.parse(response.body)["BucketLoggingStatus"]
            configuration["Document"] = document["LoggingEnabled"]
        return configuration

    return _logging_from_body


def _with_document(get: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the logging configuration as requested."""

    def get_bucket_logging(response: Any) -> Any:
        answer = get(response)
        configuration = response.backend.get_bucket_logging(response.bucket_name)
        if not configuration:
            return answer
        body = _xml("BucketLoggingStatus", {"LoggingEnabled": configuration["Document"]})
        return answer[0], answer[1], body

    return get_bucket_logging


def _with_event_bridge(get: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the notification configuration with EventBridge, if it is enabled."""

    def get_bucket_notification(response: Any) -> Any:
        import xmltodict

        answer = get(response)
        configuration = response.backend.get_bucket_notification_configuration(response.bucket_name)
        if not configuration or configuration.event_bridge is None:
            return answer
        given = xmltodict.parse(answer[2])["NotificationConfiguration"] or {}
        content = {name: value for name, value in given.items() if not name.startswith("@")}
        body = _xml("NotificationConfiguration", {**content, "EventBridgeConfiguration": None})
        return answer[0], answer[1], body

    return get_bucket_notification


def _xml(root: str, content: dict[str, Any]) -> str:
    import xmltodict

    document: str = xmltodict.unparse({root: {"@xmlns": _NAMESPACE, **content}})
    return document


def _context() -> dict[str, str]:
    """Return the condition keys of the current request, in lowercase for the comparison in IAM."""
    from flask import request

    context = {
        "aws:securetransport": "true",
        "aws:principalisawsservice": "false",
        "aws:sourceip": request.remote_addr or "127.0.0.1",
        "s3:tlsversion": "1.3",
    }
    # Most of S3's own keys have the name of a header.
    context |= {
        f"s3:{name.lower()}": value for name, value in request.headers.items() if name.lower().startswith("x-amz-")
    }
    return context | _caller(request.headers.get("Authorization", ""))


def _caller(authorization: str) -> dict[str, str]:
    """Return the keys that identify the caller; Anonymous if the request is not signed."""
    from moto.iam.models import get_account_id_from
    from moto.sts.models import sts_backends

    access_key = authorization.partition("Credential=")[2].partition("/")[0]
    if not access_key:
        return {"aws:principaltype": "Anonymous"}
    account = get_account_id_from(access_key)
    role = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key)
    # For a session of a role, AWS uses the role's ARN.
    arn = role.role_arn if role else f"arn:aws:iam::{account}:root"
    return {
        "aws:principalaccount": account,
        "aws:principalarn": arn,
        "aws:principaltype": "AssumedRole" if role else "Account",
    }
