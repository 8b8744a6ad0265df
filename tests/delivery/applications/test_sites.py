"""Roles that publish sites: one bucket, the invalidations of one distribution, one stream of the audit log."""

from pathlib import Path

import pytest

from tests.support.environments import DEV, only_problem
from tests.support.permissions import allows, statements_of
from tests.support.template import Template
from tests.support.trust import may_assume

REGION, ACCOUNT = "ap-northeast-2", "333333333333"
ROLE = "site_www_publish"
BUCKET = f"arn:aws:s3:::agora-prod-site-www-{ACCOUNT}-{REGION}"
DISTRIBUTION = "${aws_cloudfront_distribution.site_www.arn}"
AUDIT = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/agora/prod/audit"

NEEDED = [
    ("s3:GetObject", f"{BUCKET}/index.html"),
    ("s3:PutObject", f"{BUCKET}/.releases/lock"),
    ("s3:DeleteObject", f"{BUCKET}/assets/old.js"),
    ("s3:ListBucket", BUCKET),
    ("s3:GetBucketPolicy", BUCKET),
    ("cloudfront:CreateInvalidation", DISTRIBUTION),
    ("cloudfront:GetInvalidation", DISTRIBUTION),
    ("logs:CreateLogStream", f"{AUDIT}:log-stream:publish"),
    ("logs:PutLogEvents", f"{AUDIT}:log-stream:publish"),
]
DENIED = [
    ("s3:PutObject", f"{BUCKET.replace('site-www', 'content')}/a.jpg"),
    ("s3:GetObjectVersion", f"{BUCKET}/index.html"),
    ("s3:DeleteObjectVersion", f"{BUCKET}/index.html"),
    ("s3:PutBucketPolicy", BUCKET),
    ("s3:PutLifecycleConfiguration", BUCKET),
    ("cloudfront:CreateInvalidation", f"arn:aws:cloudfront::{ACCOUNT}:distribution/E2OTHER"),
    ("cloudfront:UpdateDistribution", DISTRIBUTION),
    ("cloudfront:ListDistributions", "*"),
    ("logs:PutLogEvents", f"{AUDIT}:log-stream:deploy"),
    ("logs:DeleteLogStream", f"{AUDIT}:log-stream:publish"),
]


def test_role_allows_only_what_publishing_needs(prod: Template) -> None:
    statements = statements_of(prod, ROLE)
    assert [each for each in NEEDED if not allows(statements, *each)] == []
    assert [each for each in DENIED if allows(statements, *each)] == []
    granted = {action for statement in statements for action in statement["Action"]}
    assert granted == {action for action, _ in NEEDED}


def test_role_uses_the_key_of_an_encrypted_bucket_through_s3_only(archive: Template) -> None:
    statements = statements_of(archive, ROLE)
    bucket = "arn:aws:s3:::mobile-archive-site-www-555555555555-us-east-1"
    key = "${aws_kms_key.foundation_objects_key.arn}"
    context = {"kms__ViaService": "s3.us-east-1.amazonaws.com", "kms__EncryptionContext__aws__s3__arn": bucket}
    assert allows(statements, "kms:GenerateDataKey", key, **context)
    assert allows(statements, "kms:Decrypt", key, **context)
    assert not allows(statements, "kms:Decrypt", key, **{**context, "kms__ViaService": "ec2.us-east-1.amazonaws.com"})
    other = {**context, "kms__EncryptionContext__aws__s3__arn": bucket.replace("www", "status")}
    assert not allows(statements, "kms:Decrypt", key, **other)
    assert not allows(statements, "kms:CreateGrant", key, **context)


def test_role_in_production_is_assumed_by_release_tags_of_its_project_only(prod: Template) -> None:
    project = "project_path:community/agora-web:ref_type"
    assert may_assume(prod, ROLE, f"{project}:tag:ref:v2.0.0")
    assert not may_assume(prod, ROLE, f"{project}:tag:ref:v2.0.0-rc.1")
    assert not may_assume(prod, ROLE, f"{project}:branch:ref:main")
    assert not may_assume(prod, ROLE, "project_path:community/agora-api:ref_type:tag:ref:v2.0.0")


def test_outputs_list_the_roles(prod: Template, archive: Template) -> None:
    assert prod.json["output"]["publish_roles"]["value"] == {
        "www": f"arn:aws:iam::{ACCOUNT}:role/agora-prod-site-www-publish"
    }
    # The other sites of that environment have no `published_by`.
    assert list(archive.json["output"]["publish_roles"]["value"]) == ["www"]


SITE = """\
zone "public" {
  name = "agora.example"
}
site "www" {
  names = ["www.agora.example"]

  published_by {
    APPLICATION
  }
}
"""


@pytest.mark.parametrize(
    ("application", "problem"),
    [
        ('gitlab = "agora/web"',
         "dev.hcl:17: site.www.published_by.gitlab agora/web requires a `pipeline` block, with which `make bootstrap` "
         "lets AWS trust the server's tokens; add `pipeline { gitlab { ... } }`, or remove it"),
        ('github = "agora/*"',
         "dev.hcl:17: site.www.published_by.github agora/* is not a repository on GitHub; write its owner and its "
         'name, for example "agora/infrastructure"'),
        ("", "dev.hcl:16: site.www.published_by requires `gitlab`, `github` or `role`; write one of them"),
    ],
)  # fmt: skip
def test_invalid_published_by_is_a_problem(application: str, problem: str, tmp_path: Path) -> None:
    assert only_problem(tmp_path, {"dev": DEV + SITE.replace("APPLICATION", application)}) == problem
