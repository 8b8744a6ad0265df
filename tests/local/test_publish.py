"""Publishing an applied site with its own role, whose policies the embedded AWS enforces."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iam.evaluation import effects
from modules.delivery.pipeline.role_names import application_role_arn
from ops.clock import Clock
from ops.publish.build import read_build
from ops.publish.publish import Publishing, Retention
from ops.target import Clients
from tests.local.applied import Applied
from tests.local.roles import clients_of_role
from tests.support.sites import FIRST, SECOND, empty, written

OLD = "assets/index-B3xY9aZk.js"


def publisher(environment: Applied, label: str) -> Clients:
    """Return clients with the credentials of the role that publishes the site."""
    role = application_role_arn(environment.file.settings.names, "site", label, "publish")
    return clients_of_role(environment.target, environment.file, role)


def test_site_is_published_and_restored_with_its_role(applied: Mapping[str, Applied], tmp_path: Path) -> None:
    archive = applied["archive"]
    clients = publisher(archive, "www")
    now = datetime.now(UTC)

    def publishing(days: int = 0) -> Publishing:
        clock = Clock(now=lambda: now + timedelta(days=days), sleep=lambda _: None)
        return Publishing(archive.file, "www", clients, Retention(days=30, releases=2), clock)

    first, second = (read_build(written(tmp_path, files), archive.file, "www") for files in (FIRST, SECOND))
    bucket = publishing().bucket
    distributions = archive.client("cloudfront")
    try:
        publishing().publish(first, tag="v1.0.0")
        outcome = publishing().publish(second, tag="v1.1.0")
        created = distributions.list_invalidations(DistributionId=bucket.distribution_id)["InvalidationList"]["Items"]
        assert {each["Id"] for each in created} >= set(outcome.invalidations)
        assert {OLD, *SECOND} <= set(bucket.objects())
        assert publishing().restore().release.tag == "v1.0.0"
        assert bucket.read("index.html").decode() == FIRST["index.html"]
        publishing(days=1).publish(second, tag="v1.2.0")
        publishing(days=40).publish(second, tag="v1.3.0")
        assert OLD not in bucket.objects()
        policy = clients("s3").get_bucket_policy(Bucket=bucket.name)["Policy"]
        arn = archive.terraform.outputs()["publish_roles"]["www"]
        assert arn.endswith(":role/mobile-archive-site-www-publish")
        assert _served(policy, bucket.name, "index.html", bucket.distribution_id)
        assert not _served(policy, bucket.name, ".releases/lock", bucket.distribution_id)
    finally:
        # Terraform deletes the bucket only if it is empty.
        empty(archive.client("s3"), bucket.name)


def test_role_of_a_site_changes_nothing_else(applied: Mapping[str, Applied]) -> None:
    archive = applied["archive"]
    clients, names = publisher(archive, "www"), archive.file.settings.names
    other = {"Bucket": names.bucket("site-status"), "Key": "index.html"}
    denied: list[Callable[[], Any]] = [
        lambda: clients("s3").put_object(**other, Body=b""),
        lambda: clients("s3").delete_bucket_policy(Bucket=names.bucket("site-www")),
        lambda: clients("cloudfront").list_distributions(),
    ]
    for call in denied:
        with pytest.raises(ClientError, match="AccessDenied"):
            call()


def _served(policy: str, bucket: str, key: str, distribution_id: str) -> bool:
    context = {
        "aws:principalservicename": "cloudfront.amazonaws.com",
        "aws:sourcearn": f"arn:aws:cloudfront::555555555555:distribution/{distribution_id}",
        "aws:securetransport": "true",
    }
    return effects(policy, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}", context) == {"Allow"}
