"""Checks of images and repositories, inside one environment file and between files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from modules.compute.blocks import ComputeBlocks
from modules.compute.keys.images import Image, images_in, is_prerelease
from modules.compute.repository.checks import Party, findings, findings_between
from modules.foundation.settings import Label
from tests.support.environments import DEV, KEYS, PROD, only_problem, problems_of

IMAGE: TypeAdapter[str] = TypeAdapter(Image)
REGISTRY = 'registry {\n  account_id = "333333333333"\n}\n'
NUMBERS = st.integers(min_value=0, max_value=10**6)


class Runner(BaseModel):
    """A block that runs an image, as a service does."""

    image: Image


class Running(ComputeBlocks):
    """The compute module's blocks, and blocks that run an image."""

    run: dict[Label, Runner] = Field(default_factory=dict)


def error_of(image: str) -> str:
    with pytest.raises(ValidationError) as error:
        IMAGE.validate_python(image)
    return str(error.value.errors()[0]["msg"])


@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from(["", "-rc.1", "-alpha-7", "-0", "-x.7.z.92"]))
def test_image_with_any_semver_version_is_valid(major: int, minor: int, patch: int, prerelease: str) -> None:
    image = f"api:{major}.{minor}.{patch}{prerelease}"
    assert IMAGE.validate_python(image) == image
    assert is_prerelease(image) == bool(prerelease)


@pytest.mark.parametrize("image", ["api", "api:latest"])
def test_image_without_version_is_invalid(image: str) -> None:
    assert error_of(image).startswith("has no version: the running image would change without a plan")


@pytest.mark.parametrize(
    "tag", ["", "1", "1.4", "v1.4.2", "1.4.x", "^1.4.2", ">=1.4.2", "01.4.2", "1.4.2-01", "1.4.2+5", "1.4.2-", "main"]
)
def test_image_with_range_or_other_tag_is_invalid(tag: str) -> None:
    assert error_of(f"api:{tag}").startswith("does not end in a semantic version: three numbers")


@pytest.mark.parametrize("image", ["nginx/api:1.4.2", "api@sha256:12", "333333333333.dkr.ecr.x.amazonaws.com/a:1.0.0"])
def test_image_with_registry_or_digest_is_invalid(image: str) -> None:
    assert error_of(image).startswith("contains a registry or a digest; an environment has one registry for all images")


@pytest.mark.parametrize("image", [":1.4.2", "API:1.4.2", "-api:1.4.2", f"{'a' * 32}:1.4.2"])
def test_image_without_repository_name_is_invalid(image: str) -> None:
    assert error_of(image).startswith("does not begin with the name of a `repository` block")


def running(image: str, **blocks: object) -> Running:
    return Running.model_validate({**KEYS, "run": {"web": {"image": image}}, **blocks})


def test_images_in_yields_images_of_every_block() -> None:
    assert list(images_in(running("api:1.4.2"))) == [(("run", "web", "image"), "api:1.4.2")]


def test_image_without_repository_or_registry_is_a_problem() -> None:
    (finding,) = findings(running("api:1.4.2"))
    assert finding.at == ("run", "web", "image")
    assert (finding.rule, finding.remedy.split(",")[0]) == ("has no repository", 'write repository "api" { }')
    assert not list(findings(running("api:1.4.2", repository={"api": {}})))
    assert not list(findings(running("api:1.4.2", registry={"account_id": "333333333333"})))


def party(name: str, blocks: ComputeBlocks) -> Party:
    keys = {
        "dev": {"account_id": "111111111111", "tier": "development"},
        "prod": {"account_id": "333333333333", "tier": "production"},
    }[name]

    def place(*location: str) -> str:
        return f"{name}.hcl:{'.'.join(location)}"

    return Party(blocks.model_copy(update={"name": name, **keys}), place)


def problems_between(dev: ComputeBlocks, prod: ComputeBlocks) -> list[tuple[str, str, str]]:
    found = findings_between([party("dev", dev), party("prod", prod)])
    return [(each.blocks.name, ".".join(finding.at), finding.rule) for each, finding in found]


FROM_PROD = {"registry": {"account_id": "333333333333"}}
KEPT = {"repository": {"api": {"pull_account_ids": ("111111111111",)}, "closed": {}}}


def test_image_in_production_repository_that_dev_may_pull_is_valid() -> None:
    assert problems_between(running("api:1.4.2", **FROM_PROD), ComputeBlocks.model_validate({**KEYS, **KEPT})) == []


def test_image_without_production_repository_is_a_problem() -> None:
    assert problems_between(running("worker:1.4.2", **FROM_PROD), ComputeBlocks.model_validate({**KEYS, **KEPT})) == [
        ("dev", "run.web.image", "has no repository in prod (prod.hcl:repository)")
    ]


def test_image_that_dev_may_not_pull_is_a_problem() -> None:
    rule = "does not include dev's account 111111111111 (dev.hcl:registry)"
    assert problems_between(running("closed:1.4.2", **FROM_PROD), ComputeBlocks.model_validate({**KEYS, **KEPT})) == [
        ("prod", "repository.closed.pull_account_ids", rule)
    ]


def test_prerelease_in_production_is_a_problem() -> None:
    kept = running("api:1.5.0-rc.1", **KEPT)
    rule = "is a prerelease, which its repository deletes after some days"
    assert problems_between(running("api:1.5.0-rc.1", **FROM_PROD), kept) == [("prod", "run.web.image", rule)]


def test_problem_between_files_names_both_places(tmp_path: Path) -> None:
    files = {"dev": DEV + REGISTRY, "prod": PROD + 'repository "api" {\n}\n'}
    assert only_problem(tmp_path, files) == (
        "prod.hcl:10: repository.api.pull_account_ids [] does not include dev's account 111111111111 "
        f'({tmp_path}/dev.hcl:10); add "111111111111"'
    ).replace(f"{tmp_path}/", "")
    assert only_problem(tmp_path, {"dev": DEV + REGISTRY, "prod": PROD}).startswith(
        "dev.hcl:11: registry.account_id 333333333333 has no repositories in ap-northeast-2 (prod.hcl:2); write"
    )


def test_image_from_replicated_repository_is_valid(tmp_path: Path) -> None:
    elsewhere = DEV.replace("ap-northeast-2", "us-west-2") + REGISTRY
    kept = 'repository "api" {\n  pull_account_ids = ["111111111111"]\n'
    copied = kept + '  replicate_to_regions = ["us-west-2"]\n}\n'
    assert problems_of(tmp_path, {"dev": elsewhere, "prod": PROD + copied}) == []
    assert only_problem(tmp_path, {"dev": elsewhere, "prod": PROD + kept + "}\n"}).startswith(
        "dev.hcl:11: registry.account_id 333333333333 has no repositories in us-west-2 (prod.hcl:2); write"
    )


def test_registry_of_an_unknown_account_is_not_checked(tmp_path: Path) -> None:
    assert problems_of(tmp_path, {"dev": DEV + REGISTRY}) == []


def test_registry_with_repositories_is_a_problem(tmp_path: Path) -> None:
    text = DEV + REGISTRY + 'repository "api" {\n}\n'
    assert only_problem(tmp_path, {"dev": text}).startswith("dev.hcl:10: registry cannot be combined with `repository`")


def test_same_repository_in_one_account_and_region_is_a_problem(tmp_path: Path) -> None:
    text = 'repository "api" {\n}\n'
    other = DEV.replace("10.20.0.0/20", "10.20.16.0/20").replace("development", "staging") + text
    other += 'state {\n  key = "other"\n}\n'
    assert only_problem(tmp_path, {"dev": DEV + text, "staging": other}).startswith(
        "staging.hcl:10: repository.api also exists in dev (dev.hcl:10), in the same account and Region; remove it"
    )
