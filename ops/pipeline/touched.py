"""The paths that affect each environment, derived from the import graph and the settings.

An environment is affected by its own file, by the files that every synth uses, by the modules whose blocks it has, by
what those modules import, and by the code of its functions. A module without blocks in the environment creates nothing
in it. The stack imports that module anyway, so by the import graph alone, everything would affect everything.
"""

from collections.abc import Iterable
from pathlib import Path

import grimp

from modules.environment import Environment, blocks_of_modules, own_blocks

#: The files that every synth of every environment uses.
_EVERYTHING = (
    ".terraform.lock.hcl",
    "cdktf.json",
    "main.py",
    "modules/*.py",
    "pnpm-lock.yaml",
    "requirements.lock",
)  # fmt: skip
#: Python modules that import all modules. Their imports say nothing about a single environment.
_IMPORT_ALL = ("modules", "modules.environment", "modules.environment_files", "modules.stack")
#: What the delivery module, which every environment has, uses only for these blocks.
_BUILDS = tuple(f"modules.delivery.{part}" for part in ("build", "builds", "codebuild", "site_pipeline"))
_BLOCKS_OF_BUILDS = ("build", "site_pipeline")
#: Files of a module that serve only its own blocks. Other modules import the rest.
_OF_BLOCKS = {"module", "blocks", "checks", "claims", "settings", "keys", "rules"}


def touched(environments: Iterable[Environment], envs: Path) -> dict[str, list[str]]:
    """Return the sorted paths that affect each environment, in the format of GitLab's `rules:changes`."""
    graph = grimp.build_graph("modules", exclude_type_checking_imports=True, cache_dir=None)
    return {each.name: _paths(graph, each, envs) for each in environments}


def modules_of(environment: Environment) -> set[str]:
    """Return the modules whose blocks the environment has."""
    return {
        module
        for module, blocks in blocks_of_modules().items()
        if any(_is_written(getattr(environment, name)) for name in own_blocks(blocks))
    }


def _is_written(value: object) -> bool:
    """Return whether a block exists. A block that all environments have by default also counts."""
    return value is not None and value != {}


def _paths(graph: grimp.ImportGraph, environment: Environment, envs: Path) -> list[str]:
    used = modules_of(environment)
    # The account stack is not applied by the pipeline.
    unused = {"account", *blocks_of_modules()} - used
    own = [f"{envs.as_posix()}/{environment.name}.hcl", f"{envs.as_posix()}/unlocks/{environment.name}.hcl"]
    builds = () if any(_is_written(getattr(environment, block)) for block in _BLOCKS_OF_BUILDS) else _BUILDS
    packages = {f"modules/{package}/**/*" for package in _reached(graph, used, unused, builds)}
    functions = {f"lambdas/{folder}/**/*" for folder, _ in environment.packaged()}
    return sorted({*_EVERYTHING, *own, *packages, *functions})


def _reached(graph: grimp.ImportGraph, used: set[str], unused: set[str], unused_parts: tuple[str, ...]) -> set[str]:
    """Return the packages in `modules` that run for an environment with blocks of these modules.

    `unused_parts` are parts of the used modules that do not run either.
    """
    reached: set[str] = set()
    waiting = {module for module in graph.modules if any(_is_in(module, f"modules.{each}") for each in used)}
    waiting |= {module for each in _IMPORT_ALL for module in graph.find_modules_directly_imported_by(each)}
    waiting = {module for module in waiting if _package(module) not in unused}
    while waiting:
        module = waiting.pop()
        is_unused = _is_unused(module, unused) or any(_is_in(module, part) for part in unused_parts)
        if module not in reached and module not in _IMPORT_ALL and not is_unused:
            reached.add(module)
            waiting |= graph.find_modules_directly_imported_by(module)
    return {_package(module) for module in reached if module.count(".") > 1}


def _is_unused(module: str, unused: set[str]) -> bool:
    """Return whether the Python module only handles blocks that the environment does not have."""
    return _package(module) in unused and not _OF_BLOCKS.isdisjoint(module.split("."))


def _is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _package(module: str) -> str:
    return module.split(".")[1] if "." in module else ""
