"""The report and the exit codes, with a synthesis that is not run; the pinned versions are the same everywhere."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import exit.__main__ as command
from exit.comparing import Difference
from exit.pairs import PAIRS, Pair
from exit.synthesis import Synthesis, synthesize
from exit.type_checking import type_errors
from ops import set_up
from ops.errors import ExitCode, OpsError
from ops.workspace import PROJECT

PAIR = PAIRS[0]
CHANGED = Difference("envs/dev", "aws_vpc.network_vpc", "cidr_block", "10.0.0.0/16", "10.1.0.0/16")


def result(
    *differences: Difference, python: int = 10, javascript: int = 10, errors: tuple[str, ...] = ()
) -> command.Result:
    synthesis = Synthesis({"envs/dev": {}}, 5.25, 260, {"Python": python, "JavaScript": javascript})
    return command.Result(PAIR, list(differences), synthesis, 2000, list(errors))


@pytest.fixture
def proves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Return a function that replaces synthesis and comparison by a result, or by an error."""

    def replace(outcome: command.Result | BaseException) -> None:
        def prove(pair: Pair, here: object) -> command.Result:
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

        monkeypatch.setattr(command, "BUILD", tmp_path / "exit")
        monkeypatch.setattr(command, "install", lambda _: None)
        monkeypatch.setattr(command, "build_functions", lambda: None)
        monkeypatch.setattr(command, "synthesize", lambda *_: None)
        monkeypatch.setattr(command, "prove", prove)

    return replace


def test_only_expected_values_exit_with_0(proves: Any, capsys: pytest.CaptureFixture[str]) -> None:
    proves(result())
    assert command.main(["--pair", "cdktn"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{PAIR}: 1 stacks, only the expected values differ",
        "  lazy bindings: 10 of 2000 submodules loaded in Python, 10 in JavaScript; 5.2 s of CPU, 260 MiB",
    ]


def test_difference_exits_with_11_and_is_printed(proves: Any, capsys: pytest.CaptureFixture[str]) -> None:
    proves(result(CHANGED))
    assert command.main(["--pair", "cdktn"]) == 11
    assert f"1 values differ\n  {CHANGED}\n" in capsys.readouterr().out
    assert 11 not in list(ExitCode)


def test_type_error_exits_with_11_and_is_printed(proves: Any, capsys: pytest.CaptureFixture[str]) -> None:
    error = 'modules/network/vpc/routing.py:75: error: Unexpected keyword argument "vpc" for "Eip"'
    proves(result(errors=(error,)))
    assert command.main(["--pair", "cdktn"]) == 11
    assert f"\n  {error}\n" in capsys.readouterr().out


def test_types_are_those_of_the_python_with_the_pair(tmp_path: Path) -> None:
    code = tmp_path / "code"
    for folder in ("modules", "iam"):
        (code / folder).mkdir(parents=True)
        (code / folder / "__init__.py").touch()
    (code / "main.py").write_text("from packaging.version import Version\n\nVersion('1', gone=1)\n")
    (error,) = type_errors(Path(sys.executable), code)
    assert error.startswith('main.py:3: error: Unexpected keyword argument "gone"')


def test_json_has_a_row_for_each_pair(proves: Any, capsys: pytest.CaptureFixture[str]) -> None:
    proves(result(CHANGED))
    assert command.main(["--json"]) == 11
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == len(PAIRS)
    assert rows[0]["differences"] == [
        {
            "stack": "envs/dev",
            "address": "aws_vpc.network_vpc",
            "key": "cidr_block",
            "here": "10.0.0.0/16",
            "there": "10.1.0.0/16",
        }
    ]
    assert rows[0]["bindings"] == "lazy"


@pytest.mark.parametrize(("python", "javascript"), [(2000, 10), (10, 2000), (10, 0)])
def test_bindings_are_lazy_only_if_both_halves_are(python: int, javascript: int) -> None:
    assert not result(python=python, javascript=javascript).lazy
    assert "  stock bindings: " in result(python=python, javascript=javascript).lines()[-1]


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (OpsError("no wheel", ExitCode.UNAVAILABLE), 10, "error no wheel\n"),
        (PermissionError(13, "Permission denied", "build/exit"), 3, "error build/exit: Permission denied; "),
        (OSError(28, "No space left on device"), 3, "No space left on device; correct this, then run `make exit`"),
        (SystemExit(1), 3, ""),
        (KeyboardInterrupt(), 130, "error interrupted; "),
    ],
)
def test_expected_error_is_a_sentence(
    proves: Any, capsys: pytest.CaptureFixture[str], error: BaseException, code: int, says: str
) -> None:
    proves(error)
    assert command.main([]) == code
    printed = capsys.readouterr()
    assert says in printed.err and "Traceback" not in printed.err
    assert printed.out == ""


def test_installation_that_failed_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(folder: Path, lock: str) -> None:
        folder.mkdir(parents=True)
        raise SystemExit(1)

    monkeypatch.setattr(command, "BUILD", tmp_path)
    monkeypatch.setattr(set_up, "install_python", fail)
    assert command.main(["--pair", "cdktn"]) == 3
    assert not set_up.stamp(tmp_path / "cdktn" / "venv", PAIR.lock).exists()
    assert capsys.readouterr().out == ""


def test_failed_synthesis_is_a_sentence_with_the_log(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import no_such_package\n")
    with pytest.raises(OpsError, match=r"No module named 'no_such_package' \(\S+\); .*rm -r build/exit") as raised:
        synthesize(Path(sys.executable), tmp_path, tmp_path / "out", PAIR.package)
    assert "Traceback" not in str(raised.value)
    assert "Traceback" in (tmp_path / "out" / "envs" / "synth.log").read_text()


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])
def test_pinned_versions_are_the_same_in_all_files(pair: Pair) -> None:
    pins = {f"{pair.library}=={pair.library_version}", f"{pair.bindings}=={pair.bindings_version}"}
    for file, end in ((pair.lock, " "), (f"exit/{pair.name}.txt", "")):
        lines = {line.removesuffix("\\").removesuffix(end) for line in (PROJECT / file).read_text().splitlines()}
        assert pins <= lines, file
    locked = (PROJECT / pair.lock).read_text()
    packages = re.findall(r"^\S+==\S+ \\\n    --hash=sha256:", locked, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^\S", locked, re.MULTILINE)) and "://" not in locked


def test_make_exit_is_not_part_of_make_test() -> None:
    printed = subprocess.run(["make", "--dry-run", "test"], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "-m exit" not in printed.stdout
