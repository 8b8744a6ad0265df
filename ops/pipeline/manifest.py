"""What a plan job hands to the apply job: the plan, all that applying it needs, and a manifest of both.

A person reads the plan of one pipeline and applies that plan: the manifest says of which commit and of which state it
is, and the digest of every file. What was changed on the way is refused.
"""

import hashlib
import json
import shutil
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ops.errors import ExitCode, OpsError
from ops.workspace import Workspace

MANIFEST = "manifest.json"
#: What `terraform init` makes again from the lock file.
_LEFT_OUT = (".terraform",)


class State(BaseModel):
    """Where a state stands: another serial is another state."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lineage: str
    serial: int


class Manifest(BaseModel):
    """What a plan is of, and what belongs to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: str
    commit: str
    state: State
    changes: bool
    digests: dict[str, str]
    """SHA-256 of each file of the stack's folder, by its path there."""


def artifact_folder(workspace: Workspace, env: str) -> Path:
    """Return the folder that the jobs hand on."""
    return workspace.build / "ci" / env


def pack(stack: Path, artifact: Path, *, env: str, commit: str, state: State, changes: bool) -> Manifest:
    """Copy the stack's folder into the artifact, write the manifest beside it, and return that."""
    shutil.rmtree(artifact / env, ignore_errors=True)
    shutil.copytree(stack, artifact / env, ignore=shutil.ignore_patterns(*_LEFT_OUT), symlinks=True)
    manifest = Manifest(environment=env, commit=commit, state=state, changes=changes, digests=_digests(artifact / env))
    (artifact / MANIFEST).write_text(manifest.model_dump_json(indent=2))
    return manifest


def unpack(artifact: Path, *, env: str, commit: str) -> Manifest:
    """Return the manifest of an artifact whose files are those that were planned, for this commit.

    Raises OpsError when one is missing, changed or more than was planned.
    """
    again = "run the plan job of this pipeline again, and read it"
    try:
        manifest = Manifest.model_validate_json((artifact / MANIFEST).read_text())
    except OSError:
        raise OpsError(f"there is no plan in {artifact}; {again}", ExitCode.REFUSED) from None
    except ValidationError:
        raise OpsError(f"{artifact / MANIFEST} is not a manifest of ours; {again}", ExitCode.REFUSED) from None
    if manifest.environment != env:
        raise OpsError(f"the plan is {manifest.environment}'s, not {env}'s; {again}", ExitCode.REFUSED)
    if manifest.commit != commit:
        told = f"the plan is of commit {manifest.commit[:12]}, this pipeline's is {commit[:12]}"
        raise OpsError(f"{told}; {again}", ExitCode.REFUSED)
    found = _digests(artifact / env)
    differing = sorted(
        path for path in found.keys() | manifest.digests.keys() if found.get(path) != manifest.digests.get(path)
    )
    if differing:
        names = ", ".join(differing)
        raise OpsError(f"not what was planned and read: {names} changed since; {again}", ExitCode.REFUSED)
    return manifest


def state_of(pulled: str) -> State:
    """Return where a state stands, from what `terraform state pull` prints: nothing before the first apply."""
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
