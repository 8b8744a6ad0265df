"""Images that an apply would start tasks with, and that ECS cannot pull."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from modules.environment_files import load
from ops.errors import ExitCode, OpsError
from ops.guard.plan import parse_plan
from ops.missing_images import require_images
from ops.target import Target
from tests.local_aws.images import INDEX, digest_of
from tests.ops.guard.plans import change, created, plan
from tests.support.environments import DEV, write
from tests.support.recorded import Recorded, RefusedError

TEXT = """\
registry { account_id = "333333333333" }
ecs "main" {}
service "api" {
  image = "api:1.4.3"
  sidecar "proxy" { image = "envoy:1.31.2" }
  sidecar "other" { image = "public.ecr.aws/nginx/nginx:1.29.3" }
}
service "shop-front" {
  image    = "web:2.0.0"
  owned_by = "pipeline"
}
scheduled_task "tidy" {
  image               = "api:1.4.3"
  schedule_expression = "rate(1 day)"
  command             = ["bin/tidy"]
}
"""
DEFINITION = "aws_ecs_task_definition.service_api"
Refused = Callable[..., list[str]]


class Registry:
    """A registry with images, each with its architecture."""

    local_aws = None

    def __init__(self, images: Mapping[str, str], error: str | None = None) -> None:
        self.recorded = Recorded(self)
        self._images, self._error = images, error

    def session(self, account_id: str) -> Any:
        assert account_id == "111111111111"
        return self

    def client(self, service: str, region_name: str) -> Any:
        assert region_name == "ap-northeast-2"
        return self.recorded.client(service)

    def batch_get_image(self, asked: Mapping[str, Any]) -> Any:
        # The account of the `registry` block.
        assert asked["registryId"] == "333333333333"
        if self._error:
            raise RefusedError(self._error)
        image = f"{asked['repositoryName'].removeprefix('agora/')}:{asked['imageIds'][0]['imageTag']}"
        if image not in self._images:
            failure = {"failureCode": "ImageNotFound", "failureReason": "Requested image not found"}
            return {"images": [], "failures": [failure]}
        child = {"digest": digest_of(image), "platform": {"os": "linux", "architecture": self._images[image]}}
        manifest = json.dumps({"mediaType": INDEX, "manifests": [child]})
        return {"images": [{"imageId": {"imageDigest": digest_of(manifest)}, "imageManifest": manifest}]}


@pytest.fixture
def refused(tmp_path: Path) -> Refused:
    """Return the problems of a plan with a registry, without the folder of the file."""
    file = load(write(tmp_path, {"dev": DEV + TEXT}))["dev"]

    def problems(registry: Registry, *changes: dict[str, Any]) -> list[str]:
        try:
            require_images(cast("Target", registry), file, parse_plan(json.dumps(plan(*changes)), "the plan"))
        except OpsError as error:
            assert error.code == ExitCode.REFUSED
            return str(error).replace(f"{tmp_path.as_posix()}/", "").splitlines()
        return []

    return problems


def test_every_missing_image_is_reported_with_its_line(refused: Refused) -> None:
    host = "333333333333.dkr.ecr.ap-northeast-2.amazonaws.com"
    missing = f"is not in the registry {host}: Requested image not found; ECS could not start its tasks"
    assert refused(
        Registry({}), change(DEFINITION, "create", "delete"), created("aws_ecs_task_definition.scheduled_task_tidy")
    ) == [
        f"dev.hcl:13: service.api.image api:1.4.3 {missing}",
        f"dev.hcl:14: service.api.sidecar.proxy.image envoy:1.31.2 {missing}",
        f"dev.hcl:22: scheduled_task.tidy.image api:1.4.3 {missing}",
    ]


def test_image_for_another_architecture_is_reported(refused: Refused) -> None:
    registry = Registry({"api:1.4.3": "amd64", "envoy:1.31.2": "arm64"})
    assert refused(registry, created(DEFINITION)) == [
        "dev.hcl:13: service.api.image api:1.4.3 runs on linux/amd64, and its tasks on linux/arm64"
    ]


def test_images_that_exist_and_tasks_that_do_not_change_are_no_problem(refused: Refused) -> None:
    assert refused(Registry({"api:1.4.3": "arm64", "envoy:1.31.2": "arm64"}), created(DEFINITION)) == []
    nothing = Registry({})
    assert refused(nothing, created("aws_ecs_cluster.ecs_main"), change(DEFINITION, "delete", before={})) == []
    assert nothing.recorded.requests == []


def test_image_of_a_pipelines_service_matters_only_when_the_service_is_created(refused: Refused) -> None:
    draft = change("aws_ecs_task_definition.service_shop_front", "create", "delete")
    assert refused(Registry({}), draft) == []
    (problem,) = refused(Registry({}), draft, created("aws_ecs_service.service_shop_front"))
    assert problem.startswith("dev.hcl:18: service.shop-front.image web:2.0.0 is not in the registry")


def test_repository_of_the_same_apply_needs_two_steps(refused: Refused) -> None:
    registry = Registry({}, error="RepositoryNotFoundException")
    api, envoy = refused(registry, created(DEFINITION), created("aws_ecr_repository.repository_api", name="agora/api"))
    assert "cannot exist yet, since this apply creates its repository: remove the key, apply, push" in api
    assert "its repository, in account 333333333333 and ap-northeast-2, does not exist" in envoy


def test_repository_that_may_not_be_read_is_only_a_warning(
    refused: Refused, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(Registry({}, error="AccessDeniedException"), created(DEFINITION)) == []
    printed = " ".join(capsys.readouterr().err.split())
    assert "add account 111111111111 to repository.api.pull_account_ids" in printed
