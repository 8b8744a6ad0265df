"""The ways to synthesize the same resources, and Terraform's own check of them for scale."""

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

from .assembly import Assembly
from .measuring import Cost, measure
from .typescript import write_app

BENCH = Path(__file__).parent
REPOSITORY = BENCH.parent
STOCK = "GROUNDWORK_STOCK_BINDINGS"

OURS, STOCK_PYTHON, TS_NODE, COMPILED, VALIDATE = (
    "Python, lazy bindings",
    "Python, stock bindings",
    "TypeScript, ts-node",
    "TypeScript, compiled",
    "terraform validate",
)

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
    """A command that synthesizes, or checks what was synthesized."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> Cost:
        """Run it once."""
        return measure(self.command, folder=self.folder, environment={**_inherited(), **self.environment})


class DifferentResourcesError(Exception):
    """The TypeScript app does not make the resources of ours, so that a comparison would say nothing."""


def prepare(app: Sequence[str], workshop: Path, *, environment: Mapping[str, str]) -> tuple[list[Contender], int]:
    """Synthesize the app once and make the others from it; also the number of resources."""
    shutil.rmtree(workshop, ignore_errors=True)
    ours = _python(OURS, app, workshop / "ours", {**environment, STOCK: "0"})
    stock = _python(STOCK_PYTHON, app, workshop / "stock", {**environment, STOCK: "1"})
    ours.run()
    stacks = _read_stacks(workshop / "ours")
    contenders = [ours, stock, *_typescript(stacks, workshop / "typescript")]
    contenders[-1].run()
    _require_same_resources(stacks, _read_stacks(workshop / "typescript" / "compiled"))
    contenders += _terraform(stacks, workshop / "terraform")
    return contenders, sum(_count(stack) for stack in stacks.values())


def _inherited() -> dict[str, str]:
    """This process's environment without what would reach into a contender."""
    # Python keeps byte code as it does for a user, or each run would compile the app again.
    left_out = {"NODE_OPTIONS", "CDKTF_OUTDIR", "PYTHONDONTWRITEBYTECODE", STOCK}
    return {name: value for name, value in os.environ.items() if name not in left_out}


def _node() -> str:
    return os.environ.get("JSII_NODE", "node")


def _python(name: str, app: Sequence[str], output: Path, environment: Mapping[str, str]) -> Contender:
    output.mkdir(parents=True)
    variables = {**environment, "PYTHONPATH": str(REPOSITORY), "CDKTF_OUTDIR": str(output)}
    return Contender(name, [sys.executable, *app], REPOSITORY, variables)


def _typescript(stacks: dict[str, dict[str, Any]], folder: Path) -> list[Contender]:
    """The TypeScript app, as it is and compiled. Below bench/, so that Node finds bench/node_modules."""
    modules = BENCH / "node_modules"
    folder.mkdir()
    (folder / "main.ts").write_text(write_app(stacks, Assembly(modules / "@cdktf/provider-aws")), encoding="utf-8")
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": _COMPILER_OPTIONS}), encoding="utf-8")
    subprocess.run([_node(), str(modules / "typescript/bin/tsc"), "-p", str(folder)], check=True)
    outputs = {name: {"CDKTF_OUTDIR": str(folder / name)} for name in ("ts-node", "compiled")}
    return [
        Contender(TS_NODE, [_node(), str(modules / "ts-node/dist/bin.js"), "main.ts"], folder, outputs["ts-node"]),
        Contender(COMPILED, [_node(), "main.js"], folder, outputs["compiled"]),
    ]


def _terraform(stacks: dict[str, dict[str, Any]], folder: Path) -> list[Contender]:
    """Terraform's check of the largest stack; nothing where there is no Terraform or no provider for it."""
    largest = max(stacks.values(), key=_count)
    folder.mkdir()
    # The lock file is the repository's; the backend is nobody's, for nothing may be reached.
    contents = {**largest, "terraform": {"required_providers": largest["terraform"]["required_providers"]}}
    (folder / "main.tf.json").write_text(json.dumps(contents), encoding="utf-8")
    shutil.copy(REPOSITORY / ".terraform.lock.hcl", folder)
    if not shutil.which("terraform"):
        print("Without terraform on the PATH there is no terraform validate to compare with.", file=sys.stderr)
        return []
    init = ["terraform", "init", "-backend=false", "-input=false", "-lockfile=readonly", "-no-color"]
    done = subprocess.run(init, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"There is no terraform validate to compare with:\n{done.stderr}", file=sys.stderr)
        return []
    return [Contender(VALIDATE, ["terraform", "validate", "-no-color"], folder)]


def _read_stacks(output: Path) -> dict[str, dict[str, Any]]:
    files = sorted(output.glob("stacks/*/cdk.tf.json"))
    return {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}


def _count(stack: dict[str, Any]) -> int:
    return sum(map(len, stack.get("resource", {}).values()))


def _require_same_resources(ours: dict[str, dict[str, Any]], others: dict[str, dict[str, Any]]) -> None:
    for name, stack in ours.items():
        for kind in ("provider", "data", "resource"):
            for type, expected in stack.get(kind, {}).items():
                made = others[name].get(kind, {}).get(type)
                if _without_metadata(made) != _without_metadata(expected):
                    raise DifferentResourcesError(f"The TypeScript app makes another {type} than {name} has.")


def _without_metadata(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_metadata(each) for key, each in value.items() if key != "//"}
    if isinstance(value, list):
        return [_without_metadata(each) for each in value]
    return value
