"""`python -m ops guard`."""

import datetime
import json
from pathlib import Path
from typing import Any

from modules.foundation.refusals import raise_problems
from modules.unlocks import read_unlocks, too_long
from ops.errors import ExitCode, OpsError
from ops.guard.judgement import Judgement, judge
from ops.guard.plan import read_plan


def run_guard(plan_file: Path, stack: Path | None, envs: Path, env: str, today: datetime.date) -> Judgement:
    """Return what the guard says of the plan on this day. Raises OpsError, or SettingsError for a wrong record."""
    plan = read_plan(plan_file)
    unlocks, document = read_unlocks(envs, env)
    raise_problems(too_long(unlocks, document, today))
    return judge(plan, _synthesized(stack) if stack else {}, unlocks, document, today)


def _synthesized(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        raise OpsError(f"{path} is not a synthesized stack; run `make synth`", ExitCode.REFUSED) from None
    return found
