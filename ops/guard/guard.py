"""`python -m ops guard`, and the guard in `plan`, `deploy`, and the pipeline."""

import datetime
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from modules.environment_files import EnvironmentFile, chosen, load
from modules.foundation.problems import raise_problems
from modules.foundation.settings import Tier
from modules.hcl.reading import Document
from modules.unlocks import Unlocks, read_unlocks, too_long
from ops.errors import ExitCode, OpsError
from ops.guard.judgement import Judgement, judge
from ops.guard.plan import Plan, read_plan


def run_guard(plan_file: Path, stack: Path | None, envs: Path, env: str | None, today: datetime.date) -> Judgement:
    """Return the guard's judgement of the plan in a file, or on standard input for the file `-`, on this date.

    Without an environment, production rules apply, without records. Raises OpsError if the file is not a plan, and
    SettingsError for an invalid environment file or unlock record.
    """
    plan, files = read_plan(plan_file), load(envs)
    tier = chosen(files, env)[0].tier if env else "production"
    return _judged(plan, stack, tier, read_unlocks(envs, env or "ENV"), accounts_of(files.values()), today)


def judge_plan(
    plan: Plan, stack: Path, file: EnvironmentFile, accounts: frozenset[str], today: datetime.date
) -> Judgement:
    """Return the guard's judgement of the environment's plan. `accounts` are those of all environments."""
    records = read_unlocks(Path(file.document.file).parent, file.settings.name)
    return _judged(plan, stack, file.settings.tier, records, accounts, today)


def accounts_of(files: Iterable[EnvironmentFile]) -> frozenset[str]:
    """Return the accounts of the environments. The guard treats all others as foreign."""
    return frozenset(file.settings.account_id for file in files)


def _judged(
    plan: Plan,
    stack: Path | None,
    tier: Tier,
    records: tuple[Unlocks, Document],
    accounts: frozenset[str],
    today: datetime.date,
) -> Judgement:
    raise_problems(too_long(*records, today))
    return judge(plan, _synthesized(stack) if stack else {}, *records, today, tier=tier, accounts=accounts)


def _synthesized(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        raise OpsError(f"{path} is not a synthesized stack; run `make synth`", ExitCode.REFUSED) from None
    return found
