"""`python -m ops guard`, and the guard in `plan`, `deploy`, and the pipeline."""

import datetime
import json
from pathlib import Path
from typing import Any

from modules.environment_files import chosen, load
from modules.foundation.problems import raise_problems
from modules.unlocks import read_unlocks, too_long
from ops.errors import ExitCode, OpsError
from ops.guard.judgement import Judgement, judge
from ops.guard.plan import Plan, read_plan


def run_guard(plan_file: Path, stack: Path | None, envs: Path, env: str | None, today: datetime.date) -> Judgement:
    """Return the guard's judgement of the plan in a file on this date.

    Raises OpsError if the file is not a plan, and SettingsError for an invalid environment file or unlock record.
    """
    return judge_plan(read_plan(plan_file), stack, envs, env, today)


def judge_plan(plan: Plan, stack: Path | None, envs: Path, env: str | None, today: datetime.date) -> Judgement:
    """Return the guard's judgement of the plan. Without an environment, production rules apply, without records."""
    files = load(envs)
    tier = chosen(files, env)[0].tier if env else "production"
    unlocks, document = read_unlocks(envs, env or "ENV")
    raise_problems(too_long(unlocks, document, today))
    accounts = frozenset(file.settings.account_id for file in files.values())
    synthesized = _synthesized(stack) if stack else {}
    return judge(plan, synthesized, unlocks, document, today, tier=tier, accounts=accounts)


def _synthesized(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        raise OpsError(f"{path} is not a synthesized stack; run `make synth`", ExitCode.REFUSED) from None
    return found
