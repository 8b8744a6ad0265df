"""Lock files in step with what they lock."""

import importlib.metadata
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

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
    """Yield each lock file that does not hold what its project file asks for."""
    found = [*_python(project), *_node(project), *_provider(project)]
    yield from found or [Finding("ok", "lock files", "in step with pyproject.toml, package.json and the bindings")]


def _python(project: Path) -> Iterator[Finding]:
    declared = tomllib.loads((project / "pyproject.toml").read_text())
    asked = [*declared["project"]["dependencies"], *declared.get("dependency-groups", {}).get("dev", [])]
    text = (project / "requirements.lock").read_text()
    pinned = {canonicalize_name(name): version for name, version in _PINNED.findall(text)}
    for requirement in map(Requirement, asked):
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            has = f"has {version}" if version else "has it not"
            told = f"pyproject.toml asks for {requirement}, requirements.lock {has}"
            yield Finding("error", "lock files", told, _HOW_PYTHON)


def _node(project: Path) -> Iterator[Finding]:
    asked = json.loads((project / "package.json").read_text())
    locked = json.loads((project / "package-lock.json").read_text())["packages"].get("", {})
    for kind in ("dependencies", "devDependencies"):
        if asked.get(kind, {}) != locked.get(kind, {}):
            told = f"{kind} of package.json are others than those of package-lock.json"
            yield Finding("error", "lock files", told, "run `npm install --package-lock-only --ignore-scripts`")


def _provider(project: Path) -> Iterator[Finding]:
    wanted = bindings_of()
    locked = provider_version(project)
    if wanted != locked:
        told = f".terraform.lock.hcl has AWS provider {locked}, the bindings are of {wanted}"
        yield Finding("error", "lock files", told, "see docs/adr/0002: both are changed together")


def bindings_of() -> str:
    """Return the provider version that the installed bindings were made of."""
    described = importlib.metadata.distribution(BINDINGS).read_text("METADATA")
    found = _BINDINGS_OF.search(described or "")
    return found.group(1) if found else "unknown"


def provider_version(project: Path = PROJECT) -> str:
    """Return the provider version that the lock file names."""
    found = _PROVIDER.search((project / ".terraform.lock.hcl").read_text())
    return found.group(1) if found else "none"
