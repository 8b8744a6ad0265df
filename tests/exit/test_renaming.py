"""Only imports are renamed, and the renamed copy is complete."""

import ast
import subprocess
import sys
from pathlib import Path

from exit.pairs import PAIRS
from exit.renaming import copy_renamed, rename, renamed
from ops.workspace import PROJECT

CDKTN, CDKTF = PAIRS

CODE = '''\
import cdktf
import modules  # before cdktf
from cdktf import App
from cdktf_cdktf_provider_aws.vpc import Vpc
from cdktfother import x

def later() -> None:
    """From cdktf."""
    from cdktf_cdktf_provider_aws import provider
    print("import cdktf")
'''


def test_imports_are_renamed_and_nothing_else() -> None:
    assert renamed(CODE, CDKTN).splitlines() == [
        "import cdktn",
        "import modules  # before cdktf",
        "from cdktn import App",
        "from cdktn_provider_aws.vpc import Vpc",
        "from cdktfother import x",
        "",
        "def later() -> None:",
        '    """From cdktf."""',
        "    from cdktn_provider_aws import provider",
        '    print("import cdktf")',
    ]


def test_pair_of_the_same_library_renames_nothing(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(CODE)
    assert renamed(CODE, CDKTF) == CODE
    assert rename(tmp_path, CDKTF) == []


def test_files_and_folders_are_renamed_in_place(tmp_path: Path) -> None:
    (tmp_path / "modules").mkdir()
    for name in ("main.py", "modules/a.py", "modules/b.txt"):
        (tmp_path / name).write_text("import cdktf\n")
    done = subprocess.run(
        [sys.executable, "-m", "exit.renaming", str(tmp_path / "main.py"), str(tmp_path / "modules")],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [str(tmp_path / "main.py"), str(tmp_path / "modules" / "a.py")]
    assert (tmp_path / "modules" / "a.py").read_text() == "import cdktn\n"
    assert (tmp_path / "modules" / "b.txt").read_text() == "import cdktf\n"


def test_copy_imports_nothing_of_cdktf(tmp_path: Path) -> None:
    (tmp_path / "left.py").write_text("import cdktf\n")
    copy_renamed(tmp_path, CDKTN)
    files = list(tmp_path.glob("[!n]*/**/*.py")) + list(tmp_path.glob("*.py"))
    imported = {
        name.split(".")[0] for path in files for node in ast.walk(ast.parse(path.read_text())) for name in _names(node)
    }
    assert {"cdktn", "cdktn_provider_aws", "iam"} <= imported
    assert not {"cdktf", "cdktf_cdktf_provider_aws", "ops"} & imported
    assert (tmp_path / "node_modules").resolve() == (PROJECT / "node_modules").resolve()
    assert not (tmp_path / "left.py").exists()


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
