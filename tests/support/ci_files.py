"""Files of CI servers, validated by their published schemas and linted. Needs no network.

check-jsonschema contains the schemas ("vendored"): GitLab's own of `.gitlab-ci.yml`, and SchemaStore's of workflows.
zizmor is a linter of workflows: injection, permissions, credentials that stay on disk, actions without a hash.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ops.workspace import PROJECT


def gitlab_problems(file: Path) -> list[str]:
    """Return what GitLab's schema refuses in a `.gitlab-ci.yml`."""
    return _schema_problems(file, "vendor.gitlab-ci", "--data-transform", "gitlab-ci")


def github_problems(file: Path) -> list[str]:
    """Return what the schema of workflows refuses in a file; if nothing, zizmor's `audit: description (line)`."""
    return _schema_problems(file, "vendor.github-workflows") or _lint(file)


def _schema_problems(file: Path, schema: str, *options: str) -> list[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *options, "-o", "json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    errors = [f"{each['path']}: {each['message']}" for each in report.get("errors", [])]
    broken = [f"{each['filename']}: {each['message']}" for each in report.get("parse_errors", [])]
    found = [*errors, *broken]
    assert bool(found) == bool(done.returncode), done.stdout + done.stderr
    return found


def _lint(file: Path) -> list[str]:
    """Return zizmor's findings. Its exit codes 11 to 14 say how severe the worst finding is; 0 is none."""
    command = [str(PROJECT / ".venv" / "bin" / "zizmor"), "--offline", "--no-config", "--no-progress", "--quiet"]
    done = subprocess.run([*command, "--format", "json", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 11, 12, 13, 14), done.stderr
    return [f"{each['ident']}: {each['desc']} (line {_line(each)})" for each in json.loads(done.stdout)]


def _line(finding: dict[str, Any]) -> int:
    return int(finding["locations"][0]["concrete"]["location"]["start_point"]["row"]) + 1
