"""A site on the embedded AWS: its bucket with versions and policy, and its distribution."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local_aws.process import start, stop
from modules.edge.site.access import hide_sid, hide_statement, read_sid, read_statement
from modules.environment_files import EnvironmentFile, load
from modules.foundation.policies import document
from ops.clock import Clock
from ops.publish.build import read_build
from ops.publish.publish import Outcome, Publishing, Retention
from ops.target import Target, clients_of, local
from ops.workspace import Workspace
from tests.support.environments import DEV, write
from tests.support.sites import empty, written

SITE = """\
zone "public" {
  name = "agora.example"
}
site "www" {
  names = ["www.agora.example"]

  media "content" {
    bucket = "content"
  }
}
bucket "content" {}
site "docs" {
  names      = ["docs.agora.example"]
  routing    = "folders"
  error_page = "/404.html"
}
"""
_numbers = itertools.count()


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> EnvironmentFile:
    return load(write(tmp_path_factory.mktemp("envs"), {"dev": DEV + SITE}))["dev"]


@pytest.fixture(scope="session")
def target(file: EnvironmentFile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    workspace = Workspace(Path(file.document.file).parent, tmp_path_factory.mktemp("build"))
    yield local(workspace, start(workspace.local))
    stop(workspace.local)


@dataclass
class Site:
    """A site, and the time at which it is published."""

    file: EnvironmentFile
    clients: Callable[[str], Any]
    folder: Path
    bucket: str
    distribution_id: str
    label: str = "www"
    now: datetime = datetime(2026, 11, 28, 2, tzinfo=UTC)

    def publishing(self, retention: Retention | None = None, **arguments: Any) -> Publishing:
        """Return what the command uses, at the current time."""
        clock = Clock(now=lambda: self.now, sleep=lambda _: None)
        retention = retention or Retention()
        return Publishing(self.file, self.label, self.clients, retention, clock, **arguments)

    def publish(self, files: Mapping[str, str], tag: str | None = None, **arguments: Any) -> Outcome:
        """Publish these files, a minute after the last call."""
        self.now += timedelta(minutes=1)
        build = read_build(written(self.folder, files), self.file, self.label)
        return self.publishing(**arguments).publish(build, tag=tag)

    def restore(self, wanted: str | None = None) -> Outcome:
        """Restore a release, a minute after the last call."""
        self.now += timedelta(minutes=1)
        return self.publishing().restore(wanted)

    @property
    def s3(self) -> Any:
        return self.clients("s3")

    def public_keys(self) -> set[str]:
        """Return the keys of everything that CloudFront may serve."""
        found = self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {each["Key"] for each in found if not each["Key"].startswith(".releases/")}

    def private_keys(self) -> set[str]:
        """Return the other keys."""
        found = self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {each["Key"] for each in found} - self.public_keys()

    def text(self, key: str) -> str:
        """Return the content of an object."""
        return str(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode())

    def invalidations(self) -> list[list[str]]:
        """Return the paths of each invalidation, the first one first."""
        cloudfront = self.clients("cloudfront")
        listed = cloudfront.list_invalidations(DistributionId=self.distribution_id)["InvalidationList"]
        found = [
            cloudfront.get_invalidation(DistributionId=self.distribution_id, Id=each["Id"])["Invalidation"]
            for each in listed.get("Items", [])
        ]
        return [each["InvalidationBatch"]["Paths"]["Items"] for each in found]


@pytest.fixture
def site(target: Target, file: EnvironmentFile, tmp_path: Path) -> Iterator[Site]:
    """A site as applied, without files."""
    clients = clients_of(target, file)
    s3, cloudfront = clients("s3"), clients("cloudfront")
    bucket = file.settings.names.bucket("site-www")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": file.settings.region})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    distribution = cloudfront.create_distribution(DistributionConfig=_configuration(bucket))["Distribution"]
    arn = f"arn:aws:s3:::{bucket}"
    statements = [
        read_statement(read_sid("www"), distribution["ARN"], [f"{arn}/*"]),
        hide_statement(hide_sid("www"), [f"{arn}/.releases/*"]),
    ]
    s3.put_bucket_policy(Bucket=bucket, Policy=document(statements))
    yield Site(file, clients, tmp_path, bucket, distribution["Id"])
    empty(s3, bucket)
    s3.delete_bucket(Bucket=bucket)


def _configuration(bucket: str) -> dict[str, Any]:
    origin = {
        "Id": "pages",
        "DomainName": f"{bucket}.s3.ap-northeast-2.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    return {
        "CallerReference": json.dumps(next(_numbers)),
        "Comment": "www",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "pages",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
    }
