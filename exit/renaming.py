"""Renamed imports: all that the move changes in constructs.

`python -m exit.renaming PATH ...` renames the imports in files and folders for CDK Terrain, and lists what changed.
"""

import re
import shutil
import sys
from pathlib import Path

from exit.pairs import PAIRS, Pair
from ops.workspace import PROJECT

#: What a synth reads, apart from the environment files and the functions, whose folders are passed to it.
CODE = ("main.py", "modules", "iam")
#: What it copies next to each stack.
LOCK_FILE = ".terraform.lock.hcl"
#: What a synth runs but Git does not track: Node.js.
INSTALLED = "node_modules"

_IMPORT = re.compile(r"^( *)(from|import) (cdktf_cdktf_provider_aws|cdktf)(?!\w)", re.MULTILINE)


def renamed(text: str, pair: Pair) -> str:
    """Return Python code that imports the pair. Nothing else is changed, not even in comments and strings."""
    names = {"cdktf": pair.library, "cdktf_cdktf_provider_aws": pair.package}
    return _IMPORT.sub(lambda found: f"{found[1]}{found[2]} {names[found[3]]}", text)


def rename(place: Path, pair: Pair) -> list[Path]:
    """Rename the imports in a file, or in each Python file of a folder, and return the changed files."""
    changed = []
    for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
        text = path.read_text()
        if (new := renamed(text, pair)) != text:
            path.write_text(new)
            changed.append(path)
    return changed


def copy_renamed(folder: Path, pair: Pair) -> None:
    """Create the folder with a renamed copy of the code. A copy of an earlier run is deleted."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in CODE:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(PROJECT / name, folder / name)
    shutil.copyfile(PROJECT / LOCK_FILE, folder / LOCK_FILE)
    rename(folder, pair)
    (folder / INSTALLED).symlink_to(PROJECT / INSTALLED)


if __name__ == "__main__":
    for changed in (path for name in sys.argv[1:] for path in rename(Path(name), PAIRS[0])):
        print(changed)
