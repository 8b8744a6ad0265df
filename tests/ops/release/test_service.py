"""Services that can be released, and those that cannot."""

from pathlib import Path

import pytest

from modules.environment_files import EnvironmentFile, load
from modules.foundation.problems import SettingsError
from ops.release.service import ReleasedService, released_service
from tests.ops.release.conftest import SERVICE
from tests.support.environments import DEV, write


def test_names_are_those_of_the_service_in_aws(service: ReleasedService) -> None:
    assert (service.name, service.cluster, service.log_group) == (
        "agora-dev-api",
        "agora-dev-main",
        "/agora/dev/service/api",
    )
    assert service.containers == ["api", "prepare"]
    assert service.architecture == "arm64"
    assert service.reference("api:1.4.3") == "111111111111.dkr.ecr.ap-northeast-2.amazonaws.com/agora/api:1.4.3"


def test_unknown_service_is_a_problem_with_those_that_exist(file: EnvironmentFile) -> None:
    with pytest.raises(SettingsError) as raised:
        released_service(file, "web")
    assert str(raised.value).endswith("dev.hcl: service.web is not declared; name one of api")


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('  owned_by  = "pipeline"\n  migration { command = ["bin/migrate"] }\n', "",
         "13: service.api.owned_by is terraform: Terraform deploys this service, and its next apply would revert a "
         "release; write the new version in service.api.image, and run `make deploy ENV=dev`; or write owned_by = "
         '"pipeline", and deploy'),
        ('  image     = "api:1.4.2"\n', "",
         "13: service.api.image is missing, so Terraform has not created the service; push a first image, write it in "
         "service.api.image, and run `make deploy ENV=dev`"),
    ],
)  # fmt: skip
def test_service_that_no_pipeline_deploys_is_a_problem(before: str, after: str, problem: str, tmp_path: Path) -> None:
    assert before in SERVICE
    file = load(write(tmp_path, {"dev": DEV + SERVICE.replace(before, after)}))["dev"]
    with pytest.raises(SettingsError) as raised:
        released_service(file, "api")
    assert str(raised.value) == f"{tmp_path.as_posix()}/dev.hcl:{problem}"
