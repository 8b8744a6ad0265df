"""Which paths touch which environment: derived from the import graph and the settings, never kept by hand.

An environment is touched by its own file, by what every synth runs through, by the wings that it has blocks of, by
whatever those import, and by the code of its functions. A wing that it has no block of builds nothing in it; the stack
imports that wing all the same, so the graph alone would say that everything touches everything.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import grimp

from modules.environment import Environment
from modules.foundation.settings import Settings
from ops.errors import ExitCode, OpsError
from ops.workspace import PROJECT

#: What every synth of every environment runs through, or is made with.
_EVERYTHING = (
    ".terraform.lock.hcl",
    "cdktf.json",
    "main.py",
    "modules/*.py",
    "package-lock.json",
    "requirements.lock",
)  # fmt: skip
#: Modules that join all wings: what they import says nothing of one environment.
_JOINTS = ("modules", "modules.environment", "modules.environment_files", "modules.stack")
#: What a module has for its blocks alone; other modules use the rest of it.
_OF_BLOCKS = {"module", "blocks", "checks", "claims", "settings", "keys", "rules"}


def touched(environments: Iterable[Environment], envs: Path) -> dict[str, list[str]]:
    """Return the paths that touch each environment, as GitLab's `rules:changes` takes them, sorted."""
    graph = grimp.build_graph("modules", exclude_type_checking_imports=True, cache_dir=None)
    return {each.name: _paths(graph, each, envs) for each in environments}


def in_repository(envs: Path) -> Path:
    """Return a folder of environment files as GitLab names it, from the repository's root. Raises OpsError outside."""
    folder = envs.resolve()
    if not folder.is_relative_to(PROJECT):
        told = f"{envs} is outside the repository, whose pushes are what runs the pipeline"
        raise OpsError(f"{told}; name a folder inside it: ENVS=envs make pipeline", ExitCode.REFUSED)
    return folder.relative_to(PROJECT)


def wings_of(environment: Environment) -> set[str]:
    """Return the wings that the environment has blocks of."""
    return {
        wing
        for wing, blocks in _chapters().items()
        if any(_is_written(getattr(environment, name)) for name in blocks.model_fields)
    }


def _chapters() -> Mapping[str, type[Settings]]:
    """Return each wing's chapter of an environment file: the bases of Environment."""
    return {base.__module__.split(".")[1]: base for base in Environment.__bases__ if issubclass(base, Settings)}


def _is_written(value: object) -> bool:
    """Return whether a block is there; one that all environments have by default counts as well."""
    return value is not None and value != {}


def _paths(graph: grimp.ImportGraph, environment: Environment, envs: Path) -> list[str]:
    wings = wings_of(environment)
    unused = set(_chapters()) - wings
    own = [f"{envs.as_posix()}/{environment.name}.hcl", f"{envs.as_posix()}/unlocks/{environment.name}.hcl"]
    packages = {f"modules/{package}/**/*" for package in _reached(graph, wings, unused)}
    functions = {f"lambdas/{function.folder(label)}/**/*" for label, function in environment.function.items()}
    return sorted({*_EVERYTHING, *own, *packages, *functions})


def _reached(graph: grimp.ImportGraph, wings: set[str], unused: set[str]) -> set[str]:
    """Return the packages below `modules` that the wings' code runs through, from the joints on."""
    reached: set[str] = set()
    waiting = {module for wing in wings for module in graph.modules if _is_in(module, f"modules.{wing}")}
    waiting |= {module for joint in _JOINTS for module in graph.find_modules_directly_imported_by(joint)}
    waiting = {module for module in waiting if _wing(module) not in unused}
    while waiting:
        module = waiting.pop()
        if module not in reached and module not in _JOINTS and not _is_unused(module, unused):
            reached.add(module)
            waiting |= graph.find_modules_directly_imported_by(module)
    return {_wing(module) for module in reached if module.count(".") > 1}


def _is_unused(module: str, unused: set[str]) -> bool:
    """Return whether it only reads or builds blocks of which there is none: the joints import it all the same."""
    return _wing(module) in unused and not _OF_BLOCKS.isdisjoint(module.split("."))


def _is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _wing(module: str) -> str:
    return module.split(".")[1] if "." in module else ""
