"""The artifact of a plan job for the apply job: the plan, the files needed to apply it, and a manifest.

A person reads a plan and applies exactly that plan: the manifest contains the commit, the state, and the digest of
every file. The apply job fails if any of them has changed.
"""

import hashlib
import json
import shutil
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ops.errors import ExitCode, OpsError
from ops.workspace import Workspace

MANIFEST = "manifest.json"
#: Folders that `terraform init` creates again from the lock file.
_LEFT_OUT = (".terraform",)


class State(BaseModel):
    """The lineage and serial of a state, which identify its version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lineage: str
    serial: int


class Manifest(BaseModel):
    """The origin of a plan, and the digests of its files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: str
    commit: str
    state: State
    changes: bool
    counts: dict[str, int]
    """Creations, updates, and deletions."""
    unlocked: tuple[str, ...]
    """What unlock records allow in the plan."""
    digests: dict[str, str] = {}
    """The SHA-256 of each file in the stack's folder, by relative path."""


def artifact_folder(workspace: Workspace, env: str) -> Path:
    """Return the folder of the artifact."""
    return workspace.build / "ci" / env


def pack(stack: Path, artifact: Path, manifest: Manifest) -> Manifest:
    """Copy the stack's folder into the artifact, and write and return the manifest with the digests of its files."""
    folder = artifact / manifest.environment
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(stack, folder, ignore=shutil.ignore_patterns(*_LEFT_OUT), symlinks=True)
    manifest = manifest.model_copy(update={"digests": _digests(folder)})
    (artifact / MANIFEST).write_text(manifest.model_dump_json(indent=2))
    return manifest


def unpack(artifact: Path, *, env: str, commit: str) -> Manifest:
    """Return the manifest, after checking that the artifact belongs to this commit and its files are unchanged.

    Raises OpsError if a file is missing, changed, or added.
    """
    again = "run the plan job of this pipeline again, and read the new plan"
    try:
        manifest = Manifest.model_validate_json((artifact / MANIFEST).read_text())
    except OSError:
        raise OpsError(f"there is no plan in {artifact}; {again}", ExitCode.REFUSED) from None
    except ValidationError:
        raise OpsError(f"{artifact / MANIFEST} is not a valid manifest; {again}", ExitCode.REFUSED) from None
    if manifest.environment != env:
        raise OpsError(f"the plan is for {manifest.environment}, not for {env}; {again}", ExitCode.REFUSED)
    if manifest.commit != commit:
        problem = f"the plan is for commit {manifest.commit[:12]}, but this pipeline is for {commit[:12]}"
        raise OpsError(f"{problem}; {again}", ExitCode.REFUSED)
    found = _digests(artifact / env)
    differing = sorted(
        path for path in found.keys() | manifest.digests.keys() if found.get(path) != manifest.digests.get(path)
    )
    if differing:
        names = ", ".join(differing)
        raise OpsError(f"{names} changed after the plan; {again}", ExitCode.REFUSED)
    return manifest


def state_of(pulled: str) -> State:
    """Return lineage and serial from the output of `terraform state pull`, which is empty before the first apply."""
    if not pulled.strip():
        return State(lineage="", serial=0)
    state = json.loads(pulled)
    return State(lineage=state["lineage"], serial=state["serial"])


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not set(path.relative_to(folder).parts) & set(_LEFT_OUT)
    }
