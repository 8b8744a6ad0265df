"""Environment files for tests: a valid one, and variants of it."""

from collections.abc import Mapping
from pathlib import Path

from modules.environment_files import load
from modules.foundation.problems import Problem, SettingsError

DEV = """\
product    = "agora"
account_id = "111111111111"
region     = "ap-northeast-2"
tier       = "development"

network {
  cidr               = "10.20.0.0/20"
  availability_zones = ["a", "c"]
}
"""
#: The keys of an environment without any block.
KEYS = {
    "name": "dev",
    "product": "agora",
    "account_id": "111111111111",
    "region": "ap-northeast-2",
    "tier": "development",
}
PROD = DEV.replace("1" * 12, "3" * 12).replace("development", "production").replace("10.20.0.0/20", "10.20.16.0/20")
#: What production requires of an environment that has something to watch.
ALARMS = """\
function "forward" { code = "maintenance" }
alarms {
  functions = ["forward"]
  emails    = ["on-call@agora.example"]
}
"""


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files into the folder, those of environments and `accounts/NAME` of accounts, and return it."""
    for name, text in files.items():
        path = folder / f"{name}.hcl"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder


def problems_of(folder: Path, files: Mapping[str, str]) -> list[Problem]:
    """Return the problems of these environment files."""
    try:
        load(write(folder, files))
    except SettingsError as error:
        return error.problems
    return []


def only_problem(folder: Path, files: Mapping[str, str]) -> str:
    """Return the only problem of these files, without their folder's path."""
    problems = problems_of(folder, files)
    assert len(problems) == 1, "\n".join(map(str, problems))
    return str(problems[0]).replace(f"{folder.as_posix()}/", "")
