"""CodeBuild projects without a source, and CodePipeline's timestamps."""

import datetime
import json
from typing import Any

import pytest

from modules.foundation.policies import assumed_by
from tests.local_aws.conftest import ACCOUNT, Client

BUILDSPEC = json.dumps({"version": 0.2, "phases": {"build": {"commands": ["true"]}}})


@pytest.fixture
def role(client: Client) -> str:
    policy = assumed_by("codepipeline.amazonaws.com", None)
    name = "pipeline-of-a-site"
    iam = client("iam")
    found = {each["RoleName"]: each["Arn"] for each in iam.list_roles()["Roles"]}
    return str(found.get(name) or iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy)["Role"]["Arn"])


def create(client: Client, name: str, role: str, source: str = "NO_SOURCE", **given: Any) -> dict[str, Any]:
    project = client("codebuild").create_project(
        name=name,
        serviceRole=role,
        source={"type": source, "buildspec": BUILDSPEC},
        artifacts={"type": "NO_ARTIFACTS" if source == "NO_SOURCE" else source},
        environment={
            "type": "ARM_CONTAINER",
            "computeType": "BUILD_GENERAL1_SMALL",
            "image": "aws/codebuild/amazonlinux-aarch64-standard:3.0",
        },
        **given,
    )["project"]
    return dict(project)


@pytest.mark.parametrize("source", ["NO_SOURCE", "CODEPIPELINE"])
def test_project_needs_no_location(client: Client, role: str, source: str) -> None:
    project = create(client, f"job-{source.lower()}", role, source, concurrentBuildLimit=2)
    assert project["source"] == {"type": source, "buildspec": BUILDSPEC}
    assert project["concurrentBuildLimit"] == 2


def test_project_is_changed_and_deleted_by_its_arn(client: Client, role: str) -> None:
    codebuild = client("codebuild")
    project = create(client, "job", role, concurrentBuildLimit=2)
    codebuild.update_project(name="job", timeoutInMinutes=30, concurrentBuildLimit=-1)
    (found,) = codebuild.batch_get_projects(names=["job"])["projects"]
    assert found["timeoutInMinutes"] == 30
    assert "concurrentBuildLimit" not in found
    codebuild.delete_project(name=project["arn"])
    assert codebuild.batch_get_projects(names=["job"])["projects"] == []
    with pytest.raises(codebuild.exceptions.ResourceNotFoundException):
        codebuild.update_project(name="job", timeoutInMinutes=30)


def test_pipeline_has_the_times_of_its_creation_and_change(client: Client, role: str) -> None:
    def action(name: str, category: str, provider: str) -> dict[str, Any]:
        kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
        return {"name": name, "actions": [{"name": name, "actionTypeId": kind}]}

    stages = [action("Source", "Source", "CodeStarSourceConnection"), action("Build", "Build", "CodeBuild")]
    store = {"type": "S3", "location": f"artifacts-{ACCOUNT}"}
    declaration = {"name": "site", "roleArn": role, "artifactStore": store, "stages": stages, "pipelineType": "V2"}
    client("codepipeline").create_pipeline(pipeline=declaration)
    metadata = client("codepipeline").get_pipeline(name="site")["metadata"]
    assert isinstance(metadata["created"], datetime.datetime)
    assert metadata["updated"] >= metadata["created"]
