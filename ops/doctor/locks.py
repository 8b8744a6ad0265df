"""The check that lock files match their project files."""

import importlib.metadata
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ops.doctor.finding import Finding, Findings
from ops.workspace import PROJECT

BINDINGS = "cdktf-cdktf-provider-aws"
_BINDINGS_OF = re.compile(r"aws provider version ([\d.]+)")
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.M)
_PROVIDER = re.compile(r'provider "registry\.terraform\.io/hashicorp/aws" \{\s+version\s+= "([\d.]+)"')
_HOW_PYTHON = (
    "run `uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header "
    "--group dev pyproject.toml -o requirements.lock`"
)


def locks(project: Path = PROJECT) -> Findings:
    """Yield each lock file that does not match its project file."""
    found = [*_python(project), *_node(project), *_provider(project)]
    yield from found or [Finding("ok", "lock files", "match pyproject.toml, package.json, and the bindings")]


def _python(project: Path) -> Iterator[Finding]:
    declared = tomllib.loads((project / "pyproject.toml").read_text())
    asked = [*declared["project"]["dependencies"], *_group(declared.get("dependency-groups", {}), "dev")]
    text = (project / "requirements.lock").read_text()
    pinned = {canonicalize_name(name): version for name, version in _PINNED.findall(text)}
    for requirement in map(Requirement, asked):
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            has = f"has {version}" if version else "does not have it"
            message = f"pyproject.toml requires {requirement}, but requirements.lock {has}"
            yield Finding("error", "lock files", message, _HOW_PYTHON)


def _group(groups: Mapping[str, list[Any]], name: str) -> Iterator[str]:
    """Yield the requirements of a dependency group and of the groups that it includes (PEP 735)."""
    for each in groups.get(name, []):
        if isinstance(each, Mapping):
            yield from _group(groups, each["include-group"])
        else:
            yield each


def _node(project: Path) -> Iterator[Finding]:
    asked = json.loads((project / "package.json").read_text())
    locked = yaml.safe_load((project / "pnpm-lock.yaml").read_text())["importers"]["."]
    for kind in ("dependencies", "optionalDependencies", "devDependencies"):
        if asked.get(kind, {}) != {name: each["specifier"] for name, each in locked.get(kind, {}).items()}:
            message = f"the {kind} in package.json differ from those in pnpm-lock.yaml"
            yield Finding(
                "error", "lock files", message, "run `ci/pnpm/node_modules/.bin/pnpm install --lockfile-only`"
            )


def _provider(project: Path) -> Iterator[Finding]:
    wanted = bindings_of()
    locked = provider_version(project)
    if wanted != locked:
        message = f".terraform.lock.hcl has AWS provider {locked}, but the bindings are for {wanted}"
        yield Finding("error", "lock files", message, "change both together: see docs/adr/0002")


def bindings_of() -> str:
    """Return the provider version for which the installed bindings were generated."""
    described = importlib.metadata.distribution(BINDINGS).read_text("METADATA")
    found = _BINDINGS_OF.search(described or "")
    return found.group(1) if found else "unknown"


def provider_version(project: Path = PROJECT) -> str:
    """Return the provider version in the lock file."""
    found = _PROVIDER.search((project / ".terraform.lock.hcl").read_text())
    return found.group(1) if found else "none"
