"""`make exit`: proves the move for each pair. The report is on stdout, progress on stderr.

Exit codes, beside those of `python -m ops`: 0, only the expected values differ; 11, another value differs, or the code
does not fit the types of a pair.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from exit.comparing import Difference, compare
from exit.pairs import PAIRS, Pair
from exit.renaming import copy_renamed
from exit.synthesis import Synthesis, build_functions, synthesize
from exit.type_checking import type_errors
from modules.foundation.problems import SettingsError
from ops import set_up
from ops.errors import ExitCode, OpsError
from ops.exclusive import exclusive
from ops.workspace import PROJECT

DIFFERENT = 11
BUILD = PROJECT / "build" / "exit"
#: Another `make exit` may be installing and synthesizing.
PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Result:
    """What a pair synthesizes, compared with this checkout."""

    pair: Pair
    differences: list[Difference]
    synthesis: Synthesis
    submodules: int
    """The number of all submodules of the bindings."""
    type_errors: list[str]

    @property
    def same(self) -> bool:
        """Whether only the expected values differ, and the code fits."""
        return not self.differences and not self.type_errors

    @property
    def lazy(self) -> bool:
        """Whether neither Python nor Node.js loaded all of the bindings."""
        return all(0 < number < self.submodules / 2 for number in self.synthesis.loaded.values())

    def lines(self) -> list[str]:
        """Return the report."""
        took, counts = self.synthesis, self.synthesis.loaded
        outcome = f"{len(self.differences)} values differ" if self.differences else "only the expected values differ"
        return [
            f"{self.pair}: {len(took.stacks)} stacks, {outcome}",
            *(f"  {difference}" for difference in self.differences),
            *(f"  {error}" for error in self.type_errors),
            f"  {'lazy' if self.lazy else 'stock'} bindings: {counts['Python']} of {self.submodules} submodules loaded "
            f"in Python, {counts['JavaScript']} in JavaScript; {took.seconds:.1f} s of CPU, {took.mib} MiB",
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the report for machines."""
        return {
            "pair": asdict(self.pair),
            "stacks": sorted(self.synthesis.stacks),
            "differences": [asdict(difference) for difference in self.differences],
            "type_errors": self.type_errors,
            "bindings": "lazy" if self.lazy else "stock",
            "loaded": self.synthesis.loaded,
            "cpu_seconds": round(self.synthesis.seconds, 1),
            "peak_mib": self.synthesis.mib,
        }


def install(pair: Pair) -> None:
    """Install the pair, unless it is installed. An installation that failed is deleted by the next one."""
    venv = BUILD / pair.name / "venv"
    set_up.once(str(pair), venv, pair.lock, lambda: set_up.install_python(venv, pair.lock))


def prove(pair: Pair, here: Synthesis) -> Result:
    """Synthesize the renamed copy, and compare it with this checkout."""
    folder = BUILD / pair.name
    venv, code = folder / "venv", folder / "code"
    copy_renamed(code, pair)
    python = venv / "bin" / "python"
    there = synthesize(python, code, folder / "stacks", pair.package)
    (package,) = venv.glob(f"lib/python*/site-packages/{pair.package}")
    submodules = len(list(package.glob("*/__init__.py")))
    return Result(pair, compare(here.stacks, there.stacks, pair), there, submodules, type_errors(python, code))


def run(pairs: list[Pair], *, as_json: bool) -> int:
    """Prove the move for the pairs, print the report, and return the exit code."""
    with exclusive(BUILD / "lock", "make exit", PATIENCE_SECONDS):
        for pair in pairs:
            install(pair)
        build_functions()
        here = synthesize(Path(sys.executable), PROJECT, BUILD / "here", "cdktf_cdktf_provider_aws")
        results = [prove(pair, here) for pair in pairs]
    if as_json:
        print(json.dumps([result.as_json() for result in results], indent=2))
    else:
        print("\n".join(line for result in results for line in result.lines()))
    return ExitCode.DONE if all(result.same for result in results) else DIFFERENT


def main(arguments: list[str] | None = None) -> int:
    """Run the command; report an expected error in a sentence."""
    parser = argparse.ArgumentParser(prog="python -m exit", description=__doc__)
    parser.add_argument("--pair", choices=[pair.name for pair in PAIRS], help="only this pair")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args(arguments)
    try:
        return run([pair for pair in PAIRS if options.pair in (None, pair.name)], as_json=options.json)
    except OpsError as error:
        message, code = str(error), int(error.code)
    except SettingsError as error:
        message, code = str(error), int(ExitCode.INVALID_SETTINGS)
    except OSError as error:
        message = f"{error.filename or BUILD}: {error.strerror}; correct this, then run `make exit` again"
        code = ExitCode.MISSING_TOOL
    except SystemExit:
        # The installation has printed what failed, and what to do.
        return ExitCode.MISSING_TOOL
    except KeyboardInterrupt:
        message, code = "interrupted; `make exit` starts again", ExitCode.INTERRUPTED
    set_up.say(f"error {message}")
    return code


if __name__ == "__main__":
    sys.exit(main())
