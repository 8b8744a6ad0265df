"""The judgement of plans on a fixed date, for tests."""

from pathlib import Path
from typing import Any

from modules.hcl.reading import Document
from modules.unlocks import Unlocks, read_unlocks
from ops.guard.judgement import Judgement, judge
from ops.guard.plan import Plan
from tests.ops.guard.plans import plan
from tests.support.unlocks import TODAY

#: The account of prod, and the account of its registry.
ACCOUNTS = frozenset({"333333333333", "222222222222"})


def judged(
    *changes: dict[str, Any], unlocks: str = "", folder: Path | None = None, synthesized: Any = None
) -> Judgement:
    if folder and unlocks:
        (folder / "unlocks").mkdir()
        (folder / "unlocks" / "prod.hcl").write_text(unlocks)
    return judge(Plan.model_validate(plan(*changes)), synthesized or {}, *records(folder), TODAY, accounts=ACCOUNTS)


def records(folder: Path | None = None) -> tuple[Unlocks, Document]:
    """Return the unlock records of prod in a folder; none by default."""
    return read_unlocks(folder or Path("envs"), "prod")


def refused(*changes: dict[str, Any], synthesized: Any = None) -> list[str]:
    """Return the sentences of the findings without their remedies."""
    return [
        each.sentence.split(" If this is intended")[0] for each in judged(*changes, synthesized=synthesized).refused
    ]
