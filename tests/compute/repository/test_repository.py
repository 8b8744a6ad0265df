"""ECR repositories in the synthesized JSON, and their problems."""

import json
from pathlib import Path

import pytest

from modules.compute.keys.images import Registry, image_reference, is_prerelease, repository_arn
from modules.compute.repository.repository import lifecycle_policy, pull_statements
from modules.compute.repository.settings import RepositorySettings
from ops.workspace import stack_folder
from tests.support.environments import DEV, PROD, only_problem, problems_of
from tests.support.template import Template

REGISTRY = Registry("agora", "333333333333", "ap-northeast-2")
ARN = "arn:aws:ecr:ap-northeast-2:333333333333:repository/agora/api"


def test_image_name_becomes_reference_and_arn() -> None:
    host = "333333333333.dkr.ecr.ap-northeast-2.amazonaws.com"
    assert image_reference("api:1.4.2", REGISTRY) == f"{host}/agora/api:1.4.2"
    assert repository_arn("api:1.4.2", REGISTRY) == ARN
    assert (is_prerelease("api:1.4.2"), is_prerelease("api:1.4.2-rc.1")) == (False, True)


def test_repository_has_immutable_tags_scans_and_encryption(prod: Template) -> None:
    repository = prod.resource("aws_ecr_repository.repository_api")
    assert repository["name"] == "agora/api"
    assert repository["image_tag_mutability"] == "IMMUTABLE"
    assert repository["image_scanning_configuration"] == {"scan_on_push": True}
    assert repository["encryption_configuration"] == [
        {"encryption_type": "KMS", "kms_key": "${aws_kms_key.foundation_images_key.arn}"}
    ]
    assert repository["force_delete"] is False
    assert repository["lifecycle"] == {"prevent_destroy": True}


def test_repository_policy_allows_named_accounts_to_pull_and_to_read_scans_only(prod: Template) -> None:
    statements = prod.policy("aws_ecr_repository_policy.repository_api")
    assert [statement["Principal"] for statement in statements] == [
        {"AWS": "arn:aws:iam::111111111111:root"},
        {"AWS": "arn:aws:iam::222222222222:root"},
    ]
    for statement in statements:
        assert statement["Action"] == [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
            "ecr:DescribeImageScanFindings",
        ]


def test_pull_statements_name_the_repositories_of_the_images_only() -> None:
    token, pull = pull_statements(["api:1.4.2", "worker:2.0.0", "api:1.4.3"], REGISTRY)
    assert (token["Action"], token["Resource"]) == (["ecr:GetAuthorizationToken"], ["*"])
    assert pull["Resource"] == [ARN, ARN.replace("api", "worker")]


def test_lifecycle_policy_expires_prereleases_before_releases() -> None:
    settings = RepositorySettings.model_validate({"keep_images": 50, "expire_prereleases_after_days": 14})
    policy = lifecycle_policy(settings)
    rules = [
        (rule["rulePriority"], selection["tagStatus"], selection.get("tagPatternList"), selection["countNumber"])
        for rule in policy["rules"]
        for selection in [json.loads(json.dumps(rule["selection"]))]
    ]
    assert rules == [(1, "untagged", None, 7), (2, "tagged", ["*-*"], 14), (3, "tagged", ["*"], 50)]


def test_output_has_the_push_command(prod: Template) -> None:
    line = prod.json["output"]["push_images"]["value"]["api"]
    assert line.startswith("aws ecr get-login-password --region ap-northeast-2 | docker login --username AWS ")
    assert "--tag 333333333333.dkr.ecr.ap-northeast-2.amazonaws.com/agora/api:" in line


def test_replicated_repository_has_the_settings_of_the_original(further: Path) -> None:
    batch = Template(stack_folder(further, "events"))
    home = batch.resource("aws_ecr_repository.repository_night")
    copy = batch.resource("aws_ecr_repository.repository_night_ap_northeast_1")
    key = "${aws_kms_key.repository_ap_northeast_1_images_key.arn}"
    assert copy == {
        **home,
        "provider": "aws.ap-northeast-1",
        "encryption_configuration": [{"encryption_type": "KMS", "kms_key": key}],
    }
    assert batch.resource("aws_kms_key.repository_ap_northeast_1_images_key")["provider"] == "aws.ap-northeast-1"
    configuration = batch.resource("aws_ecr_replication_configuration.repository_copies")
    assert configuration["replication_configuration"]["rule"] == [
        {
            "destination": [{"region": "ap-northeast-1", "registry_id": "555555555555"}],
            "repository_filter": [{"filter": "mobile/night", "filter_type": "PREFIX_MATCH"}],
        }
    ]
    # Without them ECR would create the repositories itself, with mutable tags.
    assert configuration["depends_on"] == ["aws_ecr_repository.repository_night_ap_northeast_1"]


def test_invalid_replication_is_a_problem(tmp_path: Path) -> None:
    home = 'repository "api" {\n  replicate_to_regions = ["ap-northeast-2"]\n}\n'
    assert only_problem(tmp_path, {"dev": DEV + home}).startswith(
        "dev.hcl:11: repository.api.replicate_to_regions ap-northeast-2 is the Region of the repository itself"
    )
    along = home.replace("ap-northeast-2", "us-west-2") + 'repository "api-admin" {\n}\n'
    assert only_problem(tmp_path, {"dev": DEV + along}).startswith(
        'dev.hcl:11: repository.api.replicate_to_regions ["us-west-2"] would also copy api-admin, whose name begins'
    )


def test_force_delete_in_production_is_a_problem(tmp_path: Path) -> None:
    text = 'repository "api" {\n  force_delete = true\n}\n'
    assert only_problem(tmp_path, {"prod": PROD + text}).startswith(
        "prod.hcl:11: repository.api.force_delete true is not allowed in production: destroying it would "
        "delete the images"
    )
    assert problems_of(tmp_path, {"prod": DEV + text}) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('pull_account_ids = ["1"]', "pull_account_ids.0 1 is not an AWS account ID"),
        ("keep_images = 9", "keep_images 9 should be greater than or equal to 10"),
        ("expire_untagged_after_days = 0", "expire_untagged_after_days 0 should be greater than or equal to 1"),
    ],
)
def test_invalid_repository_key_is_a_problem_with_line_rule_and_remedy(tmp_path: Path, line: str, message: str) -> None:
    text = f'repository "api" {{\n  {line}\n}}\n'
    assert only_problem(tmp_path, {"dev": DEV + text}).startswith(f"dev.hcl:11: repository.api.{message}")
