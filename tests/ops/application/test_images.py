"""Images in ECR: the login file, an image that exists, and the release of a prerelease."""

import base64
import hashlib
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from modules.compute.keys.images import Registry
from ops.application.images import VERSION, Images
from ops.application.versions import Build
from ops.errors import OpsError
from ops.registry_images import REVISION

REGISTRY = Registry("agora", "123456789012", "eu-west-1")
COMMIT, OTHER = "a" * 40, "b" * 40
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER = "application/vnd.docker.distribution.manifest.v2+json"


def digest(content: str) -> str:
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


def manifest(revision: str | None, kind: str = MANIFEST) -> str:
    """Return the manifest of an image with one layer; without the media type, as buildah writes it."""
    config = "application/vnd.oci.image.config.v1+json"
    layers = [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": 3, "digest": digest("layer")}]
    content = {
        "schemaVersion": 2,
        **({} if kind == MANIFEST else {"mediaType": kind}),
        "config": {"mediaType": config, "size": 2, "digest": digest("config")},
        "layers": layers,
    }
    return json.dumps({**content, **({"annotations": {REVISION: revision}} if revision else {})})


@pytest.fixture
def images(monkeypatch: pytest.MonkeyPatch) -> Iterator[Images]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        ecr = boto3.client("ecr", region_name="eu-west-1")
        ecr.create_repository(repositoryName="agora/api", imageTagMutability="IMMUTABLE")
        yield Images(ecr, REGISTRY, "api")


def push(images: Images, tag: str, revision: str | None, kind: str = MANIFEST) -> None:
    images.ecr.put_image(
        repositoryName="agora/api",
        imageTag=tag,
        imageManifest=manifest(f"{revision}" if revision else None, kind),
        imageManifestMediaType=kind,
    )


def details(images: Images, tag: str) -> dict[str, Any]:
    found: dict[str, Any] = images.ecr.batch_get_image(repositoryName="agora/api", imageIds=[{"imageTag": tag}])[
        "images"
    ][0]
    return found


def test_image_of_the_same_commit_is_pushed_already(images: Images) -> None:
    assert not images.is_pushed(Build("1.5.0-rc.1", COMMIT))
    push(images, "1.5.0-rc.1", COMMIT)
    assert images.is_pushed(Build("1.5.0-rc.1", COMMIT))


def test_version_of_another_commit_is_refused(images: Images) -> None:
    push(images, "1.5.0-rc.1", OTHER)
    with pytest.raises(OpsError, match=f"api:1.5.0-rc.1 exists and was built from commit {OTHER}, not {COMMIT}"):
        images.is_pushed(Build("1.5.0-rc.1", COMMIT))


@pytest.mark.parametrize("kind", [MANIFEST, DOCKER])
def test_image_that_does_not_name_its_commit_is_refused(images: Images, kind: str) -> None:
    push(images, "2.0.0", None, kind)
    with pytest.raises(OpsError, match=r"api:2\.0\.0 exists and does not say which commit it is from"):
        images.is_pushed(Build("2.0.0", COMMIT))


def test_release_has_the_layers_of_its_newest_candidate_and_a_digest_of_its_own(images: Images) -> None:
    push(images, "1.5.0-rc.1", OTHER)
    push(images, "1.5.0-rc.2", COMMIT)
    assert images.promote(Build("1.5.0", COMMIT)) == "1.5.0-rc.2"
    release, candidate = details(images, "1.5.0"), details(images, "1.5.0-rc.2")
    # ECR would delete a release that shares its manifest with a prerelease: test_repository in tests/compute.
    assert release["imageId"]["imageDigest"] != candidate["imageId"]["imageDigest"]
    found, tested = json.loads(release["imageManifest"]), json.loads(candidate["imageManifest"])
    assert found.pop("annotations") == {REVISION: COMMIT, VERSION: "1.5.0"}
    assert tested.pop("annotations") == {REVISION: COMMIT}
    assert found == tested
    assert images.is_pushed(Build("1.5.0", COMMIT))


def test_release_without_a_candidate_is_refused(images: Images) -> None:
    push(images, "1.4.0-rc.1", COMMIT)
    with pytest.raises(
        OpsError, match=r"api has no image 1\.5\.0-rc\.N that was tested; tag the commit v1\.5\.0-rc\.1"
    ):
        images.promote(Build("1.5.0", COMMIT))


def test_release_of_another_commit_than_its_newest_candidate_is_refused(images: Images) -> None:
    push(images, "1.5.0-rc.1", COMMIT)
    push(images, "1.5.0-rc.2", OTHER)
    with pytest.raises(OpsError, match=r"git tag v1\.5\.0 v1\.5\.0-rc\.2\^\{\}"):
        images.promote(Build("1.5.0", COMMIT))


@pytest.mark.parametrize(("revision", "kind"), [(None, MANIFEST), (None, DOCKER)])
def test_candidate_that_does_not_name_its_commit_is_refused(images: Images, revision: str | None, kind: str) -> None:
    push(images, "1.5.0-rc.1", revision, kind)
    with pytest.raises(OpsError, match="does not say which commit it is from"):
        images.promote(Build("1.5.0", COMMIT))


def test_repository_that_does_not_exist_is_reported(images: Images) -> None:
    missing = Images(images.ecr, REGISTRY, "worker")
    with pytest.raises(OpsError, match="the repository worker does not exist yet"):
        missing.is_pushed(Build("1.5.0", COMMIT))


def test_login_is_readable_by_this_user_only_and_keeps_others(images: Images, tmp_path: Path) -> None:
    file = tmp_path / "docker" / "config.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"auths": {"docker.io": {"auth": "eDp5"}}, "credsStore": "pass"}))
    file.chmod(0o644)
    images.log_in(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = json.loads(file.read_text())
    login = content["auths"].pop("123456789012.dkr.ecr.eu-west-1.amazonaws.com")
    assert base64.b64decode(login["auth"]).decode().startswith("AWS:")
    assert content == {"auths": {"docker.io": {"auth": "eDp5"}}, "credsStore": "pass"}


def test_login_does_not_replace_another_file(images: Images, tmp_path: Path) -> None:
    file = tmp_path / "notes"
    file.write_text("not JSON")
    with pytest.raises(OpsError, match="is not a file with logins in JSON"):
        images.log_in(file)
    assert file.read_text() == "not JSON"
