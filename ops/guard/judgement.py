"""The guard's judgement of a plan: what is refused, what is unlocked, and notes."""

import datetime
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from modules.foundation.settings import Tier
from modules.hcl.reading import Document
from modules.unlocks import Unlocks
from ops.guard import policies, ranges, rows
from ops.guard.finding import Finding, Kind
from ops.guard.obstacles import obstacles
from ops.guard.plan import Plan
from ops.guard.policies import Synthesized
from ops.guard.table import TABLE
from ops.guard.versions import ended_versions

#: A release removes a service or two with their resources. More at once is more often a mistake than intended.
MOST_DELETIONS = 10
#: Kinds that are only notes in development. The other kinds would fail in AWS in the middle of an apply.
NOTED_IN_DEVELOPMENT: tuple[Kind, ...] = ("loss", "protection", "exposure", "deletions")


@dataclass(frozen=True)
class Judgement:
    """The guard's judgement of a plan."""

    refused: list[Finding]
    unlocked: list[Finding]
    notes: list[str]
    """What the guard could not check, and unused records."""

    def lines(self) -> list[str]:
        """Return the judgement as lines of text, refused findings first."""
        return [
            *(f"refused: {each.sentence}" for each in self.refused),
            *(f"unlocked: {each.sentence}" for each in self.unlocked),
            *(f"note: {note}" for note in self.notes),
            f"guard: {len(self.refused)} refused, {len(self.unlocked)} unlocked",
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the fields for `--json`."""
        return asdict(self)


def judge(
    plan: Plan,
    synthesized: Synthesized,
    unlocks: Unlocks,
    document: Document,
    today: datetime.date,
    *,
    tier: Tier = "production",
    accounts: frozenset[str] = frozenset(),
) -> Judgement:
    """Return the judgement of the plan with the unlock records that are valid today.

    `accounts` are the product's own accounts. All others in policies are foreign.
    """
    found = [*sorted(set(_found(plan, synthesized, today, accounts))), *_too_many(plan, unlocks, today)]
    unlocked = [each for each in found if unlocks.allows(each.address, each.kind, today)]
    left = [each for each in found if each not in unlocked]
    noted = [each for each in left if tier == "development" and each.kind in NOTED_IN_DEVELOPMENT]
    refused = [_with_remedy(each, unlocks, document) for each in left if each not in noted]
    notes = [
        *(f"refused in production: {each.sentence}" for each in noted),
        *rows.notes(plan, TABLE),
        *rows.forgotten(plan, found),
        *_unread(plan, synthesized),
        *_idle(plan, unlocks, document, today),
    ]
    return Judgement(refused, unlocked, notes)


def _found(plan: Plan, synthesized: Synthesized, today: datetime.date, accounts: frozenset[str]) -> Iterator[Finding]:
    yield from rows.findings(plan, TABLE)
    yield from ranges.opened(plan)
    yield from policies.opened(plan, synthesized, accounts)
    yield from obstacles(plan)
    yield from ended_versions(plan, today)


def _with_remedy(found: Finding, unlocks: Unlocks, document: Document) -> Finding:
    if found.kind == "blocked":
        return found
    return replace(found, sentence=f"{found.sentence} {_remedy(found, unlocks, document)}")


def _remedy(found: Finding, unlocks: Unlocks, document: Document) -> str:
    """Return what to do about the finding: why the existing record does not allow it, or which record to add."""
    if found.kind == "deletions":
        return f"If this is intended, add `deletions {{ limit = {found.number} ... }}` to {document.file}."
    record = unlocks.unlock.get(found.address)
    condition = "it is empty" if found.kind == "empty" else "this is intended"
    if record and found.kind in record.allow:
        line = document.line(("unlock", found.address, "until"))
        return f"The record that allows it expired on {record.until} ({document.file}:{line})."
    if record:
        line = document.line(("unlock", found.address, "allow"))
        return f'The existing record does not allow it; if {condition}, add "{found.kind}" ({document.file}:{line}).'
    return f'If {condition}, add `unlock "{found.address}" {{ allow = ["{found.kind}"] ... }}` to {document.file}.'


def _too_many(plan: Plan, unlocks: Unlocks, today: datetime.date) -> list[Finding]:
    record = unlocks.deletions
    limit = record.limit if record and record.until >= today else MOST_DELETIONS
    gone = sum(each.change.is_gone for each in plan.changes)
    if gone <= limit:
        return []
    expired = f" The record for a higher limit expired on {record.until}." if record and record.until < today else ""
    sentence = f"The plan deletes, replaces or forgets {gone} resources, more than {limit}.{expired}"
    return [Finding("the plan", "deletions", sentence, gone)]


def _unread(plan: Plan, synthesized: Synthesized) -> list[str]:
    addresses = policies.unread(plan, synthesized)
    if not addresses:
        return []
    return [
        f"{len(addresses)} policies are known only after the apply and were not checked: {', '.join(addresses)}. "
        "With --stack cdk.tf.json, the guard checks the synthesized policies."
    ]


def _idle(plan: Plan, unlocks: Unlocks, document: Document, today: datetime.date) -> list[str]:
    """Return notes on unused records, which suggest to their readers that something is still unlocked."""
    touched = {each.address for each in plan.changes}
    return [
        f"{document.file}:{document.line(('unlock', address))}: the record for {address} "
        f"{'has expired' if record.until < today else 'allows nothing in this plan'}; delete it if it is not needed."
        for address, record in unlocks.unlock.items()
        if record.until < today or address not in touched
    ]
