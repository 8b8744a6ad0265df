"""Python half: an import hook for the package of the AWS bindings only."""

from __future__ import annotations

import importlib
import sys
from collections.abc import MutableMapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

from .layout import PACKAGE, jsii_name, recognize
from .lean import LeanLoader


def add_to_meta_path() -> None:
    """Insert the hook before Python's finders, unless it is already there."""
    if not is_added():
        sys.meta_path.insert(0, _LazyPackageFinder)


def is_added() -> bool:
    """Return whether the hook is installed."""
    return _LazyPackageFinder in sys.meta_path


class _LazyPackageFinder:
    """Finds the package where Python would, and loads it lazily.

    The class itself is the finder, as with Python's finders: importing an abstract base class from importlib would take
    longer than the rest of this module.
    """

    @staticmethod
    def find_spec(fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        loader = LeanLoader if fullname.startswith(f"{PACKAGE}.") else _LOADERS.get(fullname)
        if loader is None:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and type(spec.loader) is SourceFileLoader:
            spec.loader = loader(fullname, spec.loader.path)
        return spec


class _LazyPackageLoader(SourceFileLoader):
    """Runs the package's `__init__` without the imports of its submodules; unchanged if its layout is unknown."""

    def exec_module(self, module: ModuleType) -> None:
        layout = recognize(Path(self.path).parent)
        python_modules = _python_modules_of_types()
        if layout is None or python_modules is None:
            super().exec_module(module)
            return
        python_modules.update((jsii_name(name), f"{PACKAGE}.{name}") for name in layout.submodules)
        exec(compile(layout.source, self.path, "exec"), vars(module))
        # The bindings have replaced the module that ran by one with only their public names.
        _serve_on_demand(sys.modules[PACKAGE], layout.submodules)


class _KernelLoader(SourceFileLoader):
    """Improves jsii's kernel before it is started."""

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        importlib.import_module(f"{__package__}.kernel").improve()


_LOADERS: dict[str, type[SourceFileLoader]] = {
    PACKAGE: _LazyPackageLoader,
    "jsii._kernel": _KernelLoader,
    "cdktf": LeanLoader,
    "constructs": LeanLoader,
}


def _python_modules_of_types() -> MutableMapping[str, str] | None:
    """Return the map in which the jsii runtime looks up the Python module of a type that is not imported yet.

    Bindings of later generators, which are lazy by themselves, use it. None if this runtime does not have it.
    """
    reference_map = importlib.import_module("jsii._reference_map")
    found = getattr(reference_map, "_submodule_fqn_map", None)
    return found if isinstance(found, MutableMapping) else None


def _serve_on_demand(package: ModuleType, submodules: frozenset[str]) -> None:
    """Import a submodule when it is first used as an attribute of its package (PEP 562)."""

    def get_attribute(name: str) -> ModuleType:
        if name in submodules:
            return importlib.import_module(f"{PACKAGE}.{name}")
        raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")

    def list_names() -> list[str]:
        return sorted({*vars(package), *submodules})

    vars(package).update(__getattr__=get_attribute, __dir__=list_names)
