"""Synthesized `site_pipeline` blocks: connection, artifacts, builds, roles, stages, and triggers."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.workspace import stack_folder
from tests.conftest import Synthesize
from tests.support.environments import ALARMS, DEV, PROD, write
from tests.support.template import Template

SITE = 'zone "public" { name = "agora.example" }\nsite "www" { names = ["www.agora.example"] }\n'
PIPELINE = 'site_pipeline "www" { repository = "community/agora-web" }\n'
CONNECTION = "arn:aws:codeconnections:ap-northeast-2:333333333333:connection/0a1b2c3d-0000-4000-8000-000000000000"
EXISTING = f'site_pipeline "www" {{\n repository = "community/agora-web"\n connection_arn = "{CONNECTION}"\n}}\n'


@pytest.fixture(scope="module")
def stacks(synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {"dev": DEV + SITE.replace("agora.", "dev.agora.") + PIPELINE, "prod": PROD + ALARMS + SITE + EXISTING}
    return synthesize(write(tmp_path_factory.mktemp("site-pipeline"), files))


@pytest.fixture
def dev(stacks: Path) -> Template:
    return Template(stack_folder(stacks, "dev"))


@pytest.fixture
def prod(stacks: Path) -> Template:
    return Template(stack_folder(stacks, "prod"))


def pipeline(stack: Template) -> dict[str, Any]:
    return stack.resource("aws_codepipeline.site_pipeline_www")


def stages(stack: Template) -> dict[str, dict[str, Any]]:
    return {each["name"]: each["action"][0] for each in pipeline(stack)["stage"]}


def statements(stack: Template, name: str) -> dict[str, dict[str, Any]]:
    return {each["Sid"]: each for each in stack.policy(f"aws_iam_role_policy.site_pipeline_{name}")}


def push(stack: Template) -> dict[str, Any]:
    (trigger,) = pipeline(stack)["trigger"]
    (found,) = trigger["git_configuration"]["push"]
    return dict(found)


def test_development_publishes_pushes_to_the_branch_at_once(dev: Template) -> None:
    assert list(stages(dev)) == ["Source", "Build", "Publish"]
    assert push(dev) == {"branches": {"includes": ["main"]}}
    assert stages(dev)["Source"]["configuration"]["DetectChanges"] == "false"


def test_production_publishes_releases_after_an_approval(prod: Template) -> None:
    assert list(stages(prod)) == ["Source", "Build", "Approval", "Publish"]
    assert push(prod) == {"tags": {"includes": ["v*.*.*"], "excludes": ["*-*"]}}
    approval = stages(prod)["Approval"]["configuration"]
    assert approval["NotificationArn"] == "${aws_sns_topic.topic_alarms_warning.arn}"
    assert "PublishAgoraProdAlarmsWarning" in statements(prod, "www")


def test_connection_is_created_once_or_exists(dev: Template, prod: Template) -> None:
    connection = dev.only("aws_codeconnections_connection")
    assert connection == {"name": "agora-dev-github", "provider_type": "GitHub"}
    arn = "${aws_codeconnections_connection.site_pipeline_github_source.arn}"
    assert stages(dev)["Source"]["configuration"]["ConnectionArn"] == arn
    assert not prod.resources("aws_codeconnections_connection")
    assert stages(prod)["Source"]["configuration"]["ConnectionArn"] == CONNECTION


def test_pipeline_may_read_its_repository_only(prod: Template) -> None:
    source = statements(prod, "www")["Source"]
    assert source["Resource"] == [CONNECTION]
    assert source["Action"] == ["codeconnections:UseConnection"]
    assert source["Condition"] == {"StringEqualsIfExists": {"codeconnections:FullRepositoryId": "community/agora-web"}}


def test_code_of_the_repository_runs_without_access_to_the_site(prod: Template) -> None:
    build, publish = statements(prod, "www_build"), statements(prod, "www_publish")
    assert set(build) == {"WriteLogs", "FindArtifacts", "Artifacts", "ArtifactKey"}
    assert set(publish) - set(build) == {"ListPages", "WritePages", "Invalidate"}
    assert publish["WritePages"]["Resource"] == ["arn:aws:s3:::agora-prod-site-www-333333333333-ap-northeast-2/*"]
    assert publish["Invalidate"]["Resource"] == ["${aws_cloudfront_distribution.site_www.arn}"]


def test_pages_are_published_after_their_files_and_never_from_an_empty_folder(prod: Template) -> None:
    project = prod.resource("aws_codebuild_project.site_pipeline_www_publish")
    commands = json.loads(project["source"]["buildspec"])["phases"]["build"]["commands"]
    assert commands[0] == "test -s index.html"
    assert "immutable" in commands[1]
    assert "no-cache" in commands[2]
    assert commands[3].startswith("aws cloudfront create-invalidation --distribution-id ${aws_cloudfront_distribution.")


def test_build_installs_builds_and_hands_on_the_folder(dev: Template) -> None:
    project = dev.resource("aws_codebuild_project.site_pipeline_www_build")
    spec = json.loads(project["source"]["buildspec"])
    assert spec["phases"]["install"] == {"runtime-versions": {"nodejs": "22"}, "commands": ["npm ci"]}
    assert spec["phases"]["build"] == {"commands": ["npm run build"]}
    assert spec["artifacts"] == {"base-directory": "dist", "files": ["**/*"]}
    assert "vpc_config" not in project


def test_artifacts_are_encrypted_and_expire(prod: Template) -> None:
    (store,) = pipeline(prod)["artifact_store"]
    assert store["encryption_key"] == {"id": "${aws_kms_key.foundation_objects_key.arn}", "type": "KMS"}
    (rule,) = prod.resource("aws_s3_bucket_lifecycle_configuration.site_pipeline_www")["rule"]
    assert rule["expiration"] == [{"days": 30}]


def test_failed_pipelines_of_the_environment_notify_the_topic_of_warnings(dev: Template, prod: Template) -> None:
    rule = prod.resource("aws_cloudwatch_event_rule.alarm_event_site_pipeline_failed")
    assert json.loads(rule["event_pattern"])["detail"] == {
        "state": ["FAILED"],
        "pipeline": [{"prefix": "agora-prod-site-"}],
    }
    assert not dev.resources("aws_cloudwatch_event_rule")
