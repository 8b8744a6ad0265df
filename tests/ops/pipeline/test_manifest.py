"""The artifacts that the apply job accepts and rejects."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ops.errors import ExitCode, OpsError
from ops.pipeline.manifest import MANIFEST, Manifest, State, pack, state_of, unpack

STATE = State(lineage="5f", serial=3)
COMMIT = "c" * 40


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    stack = tmp_path / "stacks" / "dev"
    (stack / "assets" / "thumbnail").mkdir(parents=True)
    (stack / ".terraform").mkdir()
    (stack / ".terraform" / "provider").write_text("large")
    (stack / "cdk.tf.json").write_text("{}")
    (stack / "plan.tfplan").write_bytes(b"plan")
    (stack / "assets" / "thumbnail" / "archive.zip").write_bytes(b"zip")
    folder = tmp_path / "ci" / "dev"
    folder.mkdir(parents=True)
    counts = {"create": 1, "update": 0, "delete": 0}
    manifest = Manifest(environment="dev", commit=COMMIT, state=STATE, changes=True, counts=counts, unlocked=())
    pack(stack, folder, manifest)
    return folder


def test_artifact_contains_plan_and_its_files(artifact: Path) -> None:
    manifest = unpack(artifact, env="dev", commit=COMMIT)
    assert (manifest.state, manifest.changes) == (STATE, True)
    assert set(manifest.digests) == {"cdk.tf.json", "plan.tfplan", "assets/thumbnail/archive.zip"}
    assert not (artifact / "dev" / ".terraform").exists()


def test_files_created_by_init_are_not_changes(artifact: Path) -> None:
    (artifact / "dev" / ".terraform").mkdir()
    (artifact / "dev" / ".terraform" / "x").write_text("x")
    unpack(artifact, env="dev", commit=COMMIT)


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (lambda folder: (folder / "plan.tfplan").write_bytes(b"other"), "plan.tfplan"),
        (lambda folder: (folder / "assets" / "thumbnail" / "archive.zip").unlink(), "assets/thumbnail/archive.zip"),
        (lambda folder: (folder / "more_override.tf.json").write_text("{}"), "more_override.tf.json"),
    ],
)
def test_changed_artifact_is_refused(spoil: Callable[[Path], object], name: str, artifact: Path) -> None:
    spoil(artifact / "dev")
    with pytest.raises(OpsError, match=f"{name} changed after the plan") as error:
        unpack(artifact, env="dev", commit=COMMIT)
    assert error.value.code == ExitCode.REFUSED


def test_plan_of_another_commit_or_environment_is_refused(artifact: Path) -> None:
    with pytest.raises(OpsError, match="the plan is for commit cccccccccccc, but this pipeline is for dddddddddddd"):
        unpack(artifact, env="dev", commit="d" * 40)
    with pytest.raises(OpsError, match="the plan is for dev, not for prod"):
        unpack(artifact, env="prod", commit=COMMIT)


def test_missing_plan_or_invalid_manifest_is_refused(artifact: Path) -> None:
    with pytest.raises(OpsError, match="there is no plan in"):
        unpack(artifact / "elsewhere", env="dev", commit=COMMIT)
    (artifact / MANIFEST).write_text('{"environment": "dev"}')
    with pytest.raises(OpsError, match="is not a valid manifest"):
        unpack(artifact, env="dev", commit=COMMIT)


def test_state_has_lineage_and_serial() -> None:
    assert state_of("") == State(lineage="", serial=0)
    assert state_of('{"version": 4, "serial": 7, "lineage": "5f", "resources": []}') == State(lineage="5f", serial=7)
