"""A site's pipeline and a build in the VPC: applied, planned again, changed, and destroyed."""

import json

import pytest

from local_aws.process import LocalAws
from ops.doctor.connections import connections
from ops.doctor.context import Context
from ops.target import Target
from tests.local.account import HEADER
from tests.local.small import Small

ENVIRONMENT = f"""\
{HEADER}
network {{
  cidr               = "10.46.0.0/20"
  availability_zones = ["a", "b"]
}}

zone "public" {{
  name = "builds.example"
}}

site "www" {{
  names = ["www.builds.example"]
}}

site_pipeline "www" {{
  repository = "community/agora-web"
}}

repository "jobs" {{}}

build "job" {{
  repository = "jobs"
  tags       = ["*.*.*"]
  commands   = ["echo $IMAGE_TAG"]
}}
"""
CHANGED = ENVIRONMENT.replace('["echo $IMAGE_TAG"]', '["echo $REPOSITORY"]').replace(
    'repository = "community/agora-web"', 'repository = "community/agora-web"\n  tags = ["v*.*.*"]'
)


@pytest.fixture
def small(bare_account: Target, local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Small:
    return Small("builds", tmp_path_factory.mktemp("builds"), local_aws)


def test_builds_are_applied_changed_and_destroyed(small: Small) -> None:
    small.apply(ENVIRONMENT)
    assert small.apply(ENVIRONMENT) == {}
    context = Context(small.file, small.target, small.target.session(small.file.settings.account_id))
    (finding,) = connections(context)
    assert finding.message == "mobile-builds-github is pending, so no pipeline gets its source"

    codebuild, codepipeline = small.client("codebuild"), small.client("codepipeline")
    (job,) = codebuild.batch_get_projects(names=["mobile-builds-build-job"])["projects"]
    assert job["source"]["type"] == "NO_SOURCE"
    assert len(job["vpcConfig"]["subnets"]) == 2

    assert small.apply(CHANGED) == {"update": {"aws_codebuild_project.build_job", "aws_codepipeline.site_pipeline_www"}}
    assert small.apply(CHANGED) == {}
    (job,) = codebuild.batch_get_projects(names=["mobile-builds-build-job"])["projects"]
    assert json.loads(job["source"]["buildspec"])["phases"]["build"]["commands"] == ["echo $REPOSITORY"]
    triggers = codepipeline.get_pipeline(name="mobile-builds-site-www")["pipeline"]["triggers"]
    assert triggers[0]["gitConfiguration"]["push"] == [{"tags": {"includes": ["v*.*.*"]}}]

    small.terraform.destroy()
    assert codepipeline.list_pipelines()["pipelines"] == []
    assert codebuild.list_projects()["projects"] == []
    assert small.client("codeconnections").list_connections()["Connections"] == []
