"""Commands that synthesize the same resources, and `terraform validate` for comparison."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ops.provider_mirror import cli_config
from ops.set_up import NODE_MODULES, VENV_PYTHON

from .assembly import Assembly
from .measuring import Cost, measure
from .typescript import write_app

BENCH = Path(__file__).parent
REPOSITORY = BENCH.parent
#: The project's own Python and Node.js, which users run; the benchmark runs in an environment of its own.
PYTHON = VENV_PYTHON
NODE = NODE_MODULES / ".bin" / "node"
STOCK = "GROUNDWORK_STOCK_BINDINGS"

LAZY_PYTHON, STOCK_PYTHON, TS_NODE, COMPILED, VALIDATE = (
    "Python, lazy bindings",
    "Python, stock bindings",
    "TypeScript, ts-node",
    "TypeScript, compiled",
    "terraform validate",
)
#: The check of the environment files alone.
CHECK = "make validate"

_COMPILER_OPTIONS = {
    "target": "ES2022",
    "module": "commonjs",
    "moduleResolution": "node",
    "strict": True,
    "skipLibCheck": True,
    "types": ["node"],
}


@dataclass(frozen=True)
class Contender:
    """A command that synthesizes, or validates what was synthesized."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> Cost:
        """Run the command once."""
        return measure(self.command, folder=self.folder, environment={**_inherited(), **self.environment})


class DifferentResourcesError(Exception):
    """The TypeScript app does not create the same resources as the Python app, so the comparison is invalid."""


def prepare(app: Sequence[str], workshop: Path, *, environment: Mapping[str, str]) -> tuple[list[Contender], int]:
    """Synthesize the app once, generate the others from it, and return them with the number of resources."""
    shutil.rmtree(workshop, ignore_errors=True)
    lazy = _python(LAZY_PYTHON, app, workshop / "lazy", {**environment, STOCK: "0"})
    stock = _python(STOCK_PYTHON, app, workshop / "stock", {**environment, STOCK: "1"})
    lazy.run()
    stacks = _read_stacks(workshop / "lazy")
    contenders = [lazy, stock, *_typescript(stacks, workshop / "typescript")]
    contenders[-1].run()
    _require_same_resources(stacks, _read_stacks(workshop / "typescript" / "compiled"))
    contenders += _terraform(stacks, workshop / "terraform")
    return contenders, sum(_count(stack) for stack in stacks.values())


def check_of_files(environment: Mapping[str, str]) -> Contender:
    """Return the check of a folder of environment files."""
    return Contender(CHECK, [str(PYTHON), "-m", "ops", "validate"], REPOSITORY, environment)


def _inherited() -> dict[str, str]:
    """Return this process's environment variables without those that would affect a contender."""
    # Python writes byte code, as it does for a user; otherwise each run would compile the app again.
    left_out = {"NODE_OPTIONS", "CDKTF_OUTDIR", "PYTHONDONTWRITEBYTECODE", STOCK}
    return {name: value for name, value in os.environ.items() if name not in left_out}


def _python(name: str, app: Sequence[str], output: Path, environment: Mapping[str, str]) -> Contender:
    output.mkdir(parents=True)
    variables = {**environment, "PYTHONPATH": str(REPOSITORY), "CDKTF_OUTDIR": str(output)}
    return Contender(name, [str(PYTHON), *app], REPOSITORY, variables)


def _typescript(stacks: dict[str, dict[str, Any]], folder: Path) -> list[Contender]:
    """Return the TypeScript app for ts-node and compiled. It is below bench/, so Node.js finds bench/node_modules."""
    modules = BENCH / "node_modules"
    folder.mkdir()
    (folder / "main.ts").write_text(write_app(stacks, Assembly(modules / "@cdktf/provider-aws")), encoding="utf-8")
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": _COMPILER_OPTIONS}), encoding="utf-8")
    subprocess.run([str(NODE), str(modules / "typescript/bin/tsc"), "-p", str(folder)], check=True)
    outputs = {name: {"CDKTF_OUTDIR": str(folder / name)} for name in ("ts-node", "compiled")}
    return [
        Contender(TS_NODE, [str(NODE), str(modules / "ts-node/dist/bin.js"), "main.ts"], folder, outputs["ts-node"]),
        Contender(COMPILED, [str(NODE), "main.js"], folder, outputs["compiled"]),
    ]


def _terraform(stacks: dict[str, dict[str, Any]], folder: Path) -> list[Contender]:
    """Return `terraform validate` of the largest stack; an empty list without Terraform or its provider."""
    largest = max(stacks.values(), key=_count)
    folder.mkdir()
    # The repository's lock file, and no backend, so that no remote state is contacted.
    contents = {**largest, "terraform": {"required_providers": largest["terraform"]["required_providers"]}}
    (folder / "main.tf.json").write_text(json.dumps(contents), encoding="utf-8")
    shutil.copy(REPOSITORY / ".terraform.lock.hcl", folder)
    if not shutil.which("terraform"):
        print("terraform is not on the PATH: terraform validate is not measured", file=sys.stderr)
        return []
    environment = {"TF_CLI_CONFIG_FILE": str(cli_config(folder))}
    init = ["terraform", "init", "-backend=false", "-input=false", "-lockfile=readonly", "-no-color"]
    done = subprocess.run(
        init, cwd=folder, env={**_inherited(), **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"terraform init failed: terraform validate is not measured\n{done.stderr}", file=sys.stderr)
        return []
    return [Contender(VALIDATE, ["terraform", "validate", "-no-color"], folder, environment)]


def _read_stacks(output: Path) -> dict[str, dict[str, Any]]:
    files = sorted(output.glob("stacks/*/cdk.tf.json"))
    return {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}


def _count(stack: dict[str, Any]) -> int:
    return sum(map(len, stack.get("resource", {}).values()))


def _require_same_resources(lazy: dict[str, dict[str, Any]], others: dict[str, dict[str, Any]]) -> None:
    for name, stack in lazy.items():
        for kind in ("provider", "data", "resource"):
            for type, expected in stack.get(kind, {}).items():
                created = others[name].get(kind, {}).get(type)
                if _without_metadata(created) != _without_metadata(expected):
                    raise DifferentResourcesError(f"The TypeScript app makes another {type} than {name} has.")


def _without_metadata(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_metadata(each) for key, each in value.items() if key != "//"}
    if isinstance(value, list):
        return [_without_metadata(each) for each in value]
    return value
