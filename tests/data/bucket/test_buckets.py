"""Buckets in the synthesized JSON, and the access that their policies allow."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from cdktf import TerraformStack

from iam.evaluation import effects
from modules.data.bucket.buckets import Bucket
from modules.data.bucket.settings import BucketSettings
from modules.foundation.foundation import Foundation
from modules.foundation.notifications import Notification
from tests.support.stacks import ACCOUNT, built
from tests.support.template import Template

NAME = f"agora-prod-content-{ACCOUNT}-ap-northeast-2"
WEB = f"arn:aws:iam::{ACCOUNT}:role/web"
THUMBNAILS = f"arn:aws:iam::{ACCOUNT}:role/thumbnails"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/admin"
FUNCTION = f"arn:aws:lambda:ap-northeast-2:{ACCOUNT}:function:thumbnails"
QUEUE = f"arn:aws:sqs:ap-northeast-2:{ACCOUNT}:uploads"
TOPIC = f"arn:aws:sns:ap-northeast-2:{ACCOUNT}:uploads"


def content(stack: TerraformStack, foundation: Foundation, **settings: object) -> Bucket:
    values = BucketSettings.model_validate({"tier": foundation.tier, **settings})
    return Bucket(stack, "bucket-content", name="content", settings=values, foundation=foundation)


def with_two_roles(stack: TerraformStack, foundation: Foundation) -> None:
    bucket = content(stack, foundation)
    bucket.grant_read(WEB, name="web")
    bucket.grant_read(THUMBNAILS, "uploads/", name="thumbnails")
    bucket.grant_write(THUMBNAILS, "thumbnails/", name="thumbnails")


@pytest.fixture(scope="module")
def two_roles(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return built(tmp_path_factory.mktemp("two-roles"), with_two_roles)


def answer(template: Template, action: str, key: str, role: str | None, **context: str) -> set[str]:
    policy = template.only_policy("aws_s3_bucket_policy", "bucket_content")
    caller = {"aws:principalarn": role, "aws:principalaccount": ACCOUNT} if role else {}
    request: Mapping[str, str] = {
        "aws:securetransport": "true",
        "aws:principalisawsservice": "false",
        **caller,
        **{name.replace("_", ":"): value for name, value in context.items()},
    }
    return effects(policy, action, f"arn:aws:s3:::{NAME}{key}", request)


def test_bucket_policy_has_the_statements_of_each_grant(two_roles: Template) -> None:
    sids = [each["Sid"] for each in two_roles.policy("aws_s3_bucket_policy.bucket_content")]
    assert sids == [
        "TlsOnly",
        "NamedRolesOnly",
        "ReadWeb",
        "ListWeb",
        "ReadThumbnails",
        "ListThumbnails",
        "WriteThumbnails",
    ]


@pytest.mark.parametrize(
    ("action", "key", "role", "expected"),
    [
        ("s3:GetObject", "/uploads/a.png", WEB, {"Allow"}),
        ("s3:GetObject", "/uploads/a.png", THUMBNAILS, {"Allow"}),
        ("s3:GetObject", "/private/a.png", THUMBNAILS, set()),
        ("s3:PutObject", "/thumbnails/a.png", THUMBNAILS, {"Allow"}),
        ("s3:PutObject", "/uploads/a.png", THUMBNAILS, set()),
        ("s3:PutObject", "/uploads/a.png", WEB, set()),
        ("s3:GetObject", "/uploads/a.png", ADMIN, {"Deny"}),
        ("s3:PutObject", "/uploads/a.png", ADMIN, {"Deny"}),
        ("s3:GetObject", "/uploads/a.png", None, {"Deny"}),
        ("s3:DeleteObject", "/thumbnails/a.png", THUMBNAILS, {"Allow"}),
        ("s3:DeleteObject", "/uploads/a.png", ADMIN, {"Deny"}),
        ("s3:DeleteObjectVersion", "/uploads/a.png", ADMIN, {"Deny"}),
        # Permissions that Terraform and administrators need depend on their own policies.
        ("s3:PutBucketPolicy", "", ADMIN, set()),
        ("s3:ListBucketVersions", "", ADMIN, set()),
    ],
)
def test_bucket_policy_allows_only_named_roles(
    two_roles: Template, action: str, key: str, role: str | None, expected: set[str]
) -> None:
    assert answer(two_roles, action, key, role) == expected


def test_bucket_policy_with_force_destroy_does_not_deny_deletion(tmp_path: Path) -> None:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        content(stack, foundation, force_destroy=True)

    template = built(tmp_path, build)
    for action in ("s3:DeleteObject", "s3:DeleteObjectVersion"):
        assert answer(template, action, "/uploads/a.png", ADMIN) == set()
    assert answer(template, "s3:GetObject", "/uploads/a.png", ADMIN) == {"Deny"}


def test_bucket_policy_allows_listing_under_the_prefix_only(two_roles: Template) -> None:
    assert answer(two_roles, "s3:ListBucket", "", THUMBNAILS, s3_prefix="uploads/2026") == {"Allow"}
    assert answer(two_roles, "s3:ListBucket", "", THUMBNAILS, s3_prefix="") == set()


def test_bucket_policy_denies_requests_without_tls(two_roles: Template) -> None:
    assert "Deny" in answer(two_roles, "s3:GetObject", "/uploads/a.png", WEB, aws_securetransport="false")


def test_bucket_policy_without_named_roles_denies_everyone(tmp_path: Path) -> None:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        content(stack, foundation)

    template = built(tmp_path, build)
    assert answer(template, "s3:GetObject", "/a", ADMIN) == {"Deny"}
    assert answer(template, "s3:GetObject", "/a", None, aws_principalisawsservice="true") == set()


def test_key_policy_allows_the_roles_through_s3_only(two_roles: Template) -> None:
    statements = two_roles.policy("aws_kms_key.foundation_objects_key")
    assert [each["Sid"] for each in statements] == [
        "IamDecides",
        "ReadContentWeb",
        "ReadContentThumbnails",
        "WriteContentThumbnails",
    ]
    assert all(each["Principal"] != "*" and each["Principal"]["AWS"] != "*" for each in statements)
    read = statements[1]
    assert read["Action"] == ["kms:Decrypt"]
    assert read["Condition"]["StringEquals"] == {"kms:ViaService": "s3.ap-northeast-2.amazonaws.com"}


def test_grant_read_with_a_duplicate_name_raises(tmp_path: Path) -> None:
    def twice(stack: TerraformStack, foundation: Foundation) -> None:
        bucket = content(stack, foundation)
        bucket.grant_read(WEB, name="web")
        bucket.grant_read(THUMBNAILS, name="web")

    with pytest.raises(ValueError, match="the policy already has a statement ReadWeb"):
        built(tmp_path, twice)


def test_bucket_notification_has_the_targets_of_each_notify(tmp_path: Path) -> None:
    def notify(stack: TerraformStack, foundation: Foundation) -> None:
        bucket = content(stack, foundation, event_bridge=True)
        bucket.notify_function(FUNCTION, ["s3:ObjectCreated:*"], name="thumbnails", prefix="uploads/", suffix=".png")
        created = ("s3:ObjectCreated:*",)
        bucket.notify(Notification("scan", created, "uploads/", ".pdf", queue_arn=QUEUE))
        bucket.notify(Notification("removed", ("s3:ObjectRemoved:*",), topic_arn=TOPIC))

    template = built(tmp_path, notify)
    notification = template.only("aws_s3_bucket_notification")
    assert notification["eventbridge"] is True
    assert notification["lambda_function"] == [
        {
            "events": ["s3:ObjectCreated:*"],
            "filter_prefix": "uploads/",
            "filter_suffix": ".png",
            "id": "thumbnails",
            "lambda_function_arn": FUNCTION,
        }
    ]
    assert [each["id"] for each in notification["queue"]] == ["scan"]
    assert [each["id"] for each in notification["topic"]] == ["removed"]
    assert notification["depends_on"] == ["aws_lambda_permission.bucket_content_thumbnails"]
    permission = template.only("aws_lambda_permission")
    assert permission["source_account"] == ACCOUNT
    assert permission["source_arn"] == f"arn:aws:s3:::{NAME}"
    assert permission["principal"] == "s3.amazonaws.com"


@pytest.mark.parametrize(
    ("events", "prefix", "suffix", "overlap"),
    [
        ("s3:ObjectCreated:*", "", "", True),
        ("s3:ObjectCreated:Put", "uploads/2026/", "", True),
        ("s3:ObjectCreated:Put", "uploads/", ".png", True),
        ("s3:ObjectRemoved:*", "uploads/", ".png", False),
        ("s3:ObjectCreated:*", "thumbnails/", ".png", False),
        ("s3:ObjectCreated:*", "uploads/", ".pdf", False),
    ],
)
def test_notifications_for_the_same_event_overlap(events: str, prefix: str, suffix: str, overlap: bool) -> None:
    one = Notification("one", ("s3:ObjectCreated:*",), "uploads/", ".png", queue_arn=QUEUE)
    other = Notification("other", (events,), prefix, suffix, topic_arn=TOPIC)
    assert one.overlaps(other) is overlap
    assert other.overlaps(one) is overlap


def test_notify_with_an_overlap_raises(tmp_path: Path) -> None:
    def overlap(stack: TerraformStack, foundation: Foundation) -> None:
        bucket = content(stack, foundation)
        bucket.notify(Notification("one", ("s3:ObjectCreated:*",), queue_arn=QUEUE))
        bucket.notify(Notification("two", ("s3:ObjectCreated:Put",), "uploads/", topic_arn=TOPIC))

    with pytest.raises(ValueError, match="one and two overlap, give them different prefixes or suffixes"):
        built(tmp_path, overlap)


def test_bucket_by_tier_has_its_configuration(prod: Template, dev: Template) -> None:
    bucket = prod.resource("aws_s3_bucket.bucket_content")
    assert bucket == {
        "bucket": NAME,
        "force_destroy": False,
        "lifecycle": {"prevent_destroy": True},
        "tags": {"backup": "daily"},
    }
    assert dev.resource("aws_s3_bucket.bucket_content")["force_destroy"] is True
    (rule,) = prod.resource("aws_s3_bucket_lifecycle_configuration.bucket_content")["rule"]
    assert rule["transition"] == [{"days": 90, "storage_class": "STANDARD_IA"}]
    assert rule["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 7}]
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 90}]
    assert "expiration" not in rule
    (encryption,) = prod.resource("aws_s3_bucket_server_side_encryption_configuration.bucket_content")["rule"]
    assert encryption["apply_server_side_encryption_by_default"] == {
        "kms_master_key_id": "${aws_kms_key.foundation_objects_key.arn}",
        "sse_algorithm": "aws:kms",
    }
    (cors,) = prod.resource("aws_s3_bucket_cors_configuration.bucket_content")["cors_rule"]
    assert cors["allowed_origins"] == ["https://www.agora.example"]


def test_bucket_policy_with_backup_names_the_backup_role(prod: Template) -> None:
    policy = {each["Sid"]: each for each in prod.policy("aws_s3_bucket_policy.bucket_content")}
    assert policy["ReadBackup"]["Principal"] == {"AWS": "${aws_iam_role.backup_main.arn}"}
    assert policy["WriteRestore"]["Principal"] == {"AWS": "${aws_iam_role.backup_main.arn}"}
    assert policy["NamedRolesOnly"]["Condition"]["ArnNotLike"] == {
        "aws:PrincipalArn": [
            f"${{aws_iam_role.{role}.arn}}" for role in ("backup_main", "function_thumbnail", "service_api_task")
        ]
    }


def test_log_bucket_policy_allows_access_logs_of_each_bucket(prod: Template, archive: Template) -> None:
    for template, name in ((prod, "content"), (archive, "archive")):
        logging = template.resource(f"aws_s3_bucket_logging.bucket_{name}")
        assert logging["target_prefix"] == f"access-logs/{name}/"
        assert logging["depends_on"] == ["aws_s3_bucket_policy.foundation_logs"]
        bucket = template.resource(f"aws_s3_bucket.bucket_{name}")["bucket"]
        logs = template.resource("aws_s3_bucket.foundation_logs")["bucket"]
        account = logs.split("-")[3]
        request = {
            "aws:securetransport": "true",
            "aws:principalisawsservice": "true",
            "aws:principalservicename": "logging.s3.amazonaws.com",
            "aws:sourceaccount": account,
            "aws:sourcearn": f"arn:aws:s3:::{bucket}",
        }
        policy = template.only_policy("aws_s3_bucket_policy", "foundation_logs")
        written = f"arn:aws:s3:::{logs}/access-logs/{name}/2026-11-21"
        assert effects(policy, "s3:PutObject", written, request) == {"Allow"}
        for wrong in ({"aws:sourceaccount": "999999999999"}, {"aws:sourcearn": "arn:aws:s3:::other"}):
            assert effects(policy, "s3:PutObject", written, {**request, **wrong}) == set()


def test_bucket_with_other_settings_has_their_configuration(archive: Template) -> None:
    (encryption,) = archive.resource("aws_s3_bucket_server_side_encryption_configuration.bucket_scratch")["rule"]
    assert encryption == {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    versioning = archive.resource("aws_s3_bucket_versioning.bucket_scratch")["versioning_configuration"]
    assert versioning == {"status": "Suspended"}
    assert archive.only("aws_s3_bucket_notification")["eventbridge"] is True
    policy = json.loads(archive.resource("aws_s3_bucket_policy.bucket_scratch")["policy"])["Statement"]
    # A site serves some of it; no other role is allowed or denied by name.
    assert [each["Sid"] for each in policy] == ["TlsOnly", "SiteWwwMediaShown"]
