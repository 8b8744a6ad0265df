"""The files of the CI servers: which ones the environments need, and their text."""

from collections.abc import Mapping
from pathlib import Path

from modules.environment import Environment
from ops.pipeline import github, gitlab
from ops.pipeline.release_policy import HEAD

_WRITERS = {gitlab.FILE: gitlab.pipeline, github.FILE: github.pipeline}


def files(environments: list[Environment], paths: Mapping[str, list[str]]) -> dict[str, str | None]:
    """Return the text of each server's file, or None if no environment has a pipeline on that server.

    `paths` are those that affect each environment.
    """
    used = {gitlab.FILE: False, github.FILE: False}
    for each in environments:
        if each.pipeline:
            used[gitlab.FILE if each.pipeline.gitlab else github.FILE] = True
    return {name: write(environments, paths) if used[name] else None for name, write in _WRITERS.items()}


def write(texts: Mapping[str, str | None], folder: Path) -> dict[str, str]:
    """Write the files, and delete those that no environment needs and that were generated.

    Return what happened to each: "written", "deleted", or "no changes". A file that a person wrote is not deleted.
    """
    return {name: _write(folder / name, text) for name, text in texts.items() if text or (folder / name).exists()}


def _write(path: Path, text: str | None) -> str:
    before = path.read_text() if path.exists() else None
    if text is None:
        if before is None or not before.startswith(HEAD.splitlines()[0]):
            return "not generated, so not deleted"
        path.unlink()
        return "deleted"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return "no changes" if before == text else "written"
