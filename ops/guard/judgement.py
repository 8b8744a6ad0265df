"""What the guard says of a plan: refused, unlocked, and what it could not see."""

import datetime
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from modules.foundation.settings import Tier
from modules.hcl.reading import Document
from modules.unlocks import Unlocks
from ops.guard import policies, ranges, rows
from ops.guard.obstacles import obstacles
from ops.guard.plan import Plan
from ops.guard.policies import Synthesized
from ops.guard.refusal import Kind, Refusal
from ops.guard.table import TABLE
from ops.guard.versions import ended_versions

#: A release takes away a service or two with what belongs to them; more at once is a mistake more often than a plan.
MOST_DELETIONS = 10
#: What a development environment is only told of. The rest AWS would refuse in the middle of an apply.
TOLD_IN_DEVELOPMENT: tuple[Kind, ...] = ("loss", "protection", "exposure", "deletions")


@dataclass(frozen=True)
class Judgement:
    """What a person has to know of a plan before it may be applied."""

    refused: list[Refusal]
    unlocked: list[Refusal]
    notes: list[str]
    """What the guard could not see, and records that serve nothing."""

    def told(self) -> list[str]:
        """Return the lines that a person reads, what is refused first."""
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
    """Return which of the plan's changes are refused, after the records that hold today.

    `accounts` are the product's own: whoever else a policy names is foreign.
    """
    found = [*sorted(set(_found(plan, synthesized, today, accounts))), *_too_many(plan, unlocks, today)]
    unlocked = [each for each in found if unlocks.allows(each.address, each.kind, today)]
    left = [each for each in found if each not in unlocked]
    told = [each for each in left if tier == "development" and each.kind in TOLD_IN_DEVELOPMENT]
    refused = [_with_way_out(each, unlocks, document) for each in left if each not in told]
    notes = [
        *(f"production would refuse this: {each.sentence}" for each in told),
        *rows.notes(plan, TABLE),
        *rows.forgotten(plan, found),
        *_unread(plan, synthesized),
        *_idle(plan, unlocks, document, today),
    ]
    return Judgement(refused, unlocked, notes)


def _found(plan: Plan, synthesized: Synthesized, today: datetime.date, accounts: frozenset[str]) -> Iterator[Refusal]:
    yield from rows.refusals(plan, TABLE)
    yield from ranges.opened(plan)
    yield from policies.opened(plan, synthesized, accounts)
    yield from obstacles(plan)
    yield from ended_versions(plan, today)


def _with_way_out(found: Refusal, unlocks: Unlocks, document: Document) -> Refusal:
    if found.kind == "blocked":
        return found
    return replace(found, sentence=f"{found.sentence} {_way_out(found, unlocks, document)}")


def _way_out(found: Refusal, unlocks: Unlocks, document: Document) -> str:
    """Return what to do about it: what is wrong with the record there is, or which one to write."""
    if found.kind == "deletions":
        return f"If it is meant, write `deletions {{ limit = {found.number} ... }}` into {document.file}."
    record = unlocks.unlock.get(found.address)
    condition = "it is empty" if found.kind == "empty" else "it is meant"
    if record and found.kind in record.allow:
        line = document.line(("unlock", found.address, "until"))
        return f"The record that allows it expired on {record.until} ({document.file}:{line})."
    if record:
        line = document.line(("unlock", found.address, "allow"))
        return f'The record there is does not allow it; if {condition}, add "{found.kind}" ({document.file}:{line}).'
    return f'If {condition}, write `unlock "{found.address}" {{ allow = ["{found.kind}"] ... }}` into {document.file}.'


def _too_many(plan: Plan, unlocks: Unlocks, today: datetime.date) -> list[Refusal]:
    record = unlocks.deletions
    limit = record.limit if record and record.until >= today else MOST_DELETIONS
    gone = sum(each.change.is_gone for each in plan.changes)
    if gone <= limit:
        return []
    expired = f" The record for more expired on {record.until}." if record and record.until < today else ""
    sentence = f"The plan deletes, replaces or forgets {gone} resources, more than {limit}.{expired}"
    return [Refusal("the plan", "deletions", sentence, gone)]


def _unread(plan: Plan, synthesized: Synthesized) -> list[str]:
    addresses = policies.unread(plan, synthesized)
    if not addresses:
        return []
    return [
        f"{len(addresses)} policies are known only after the apply, and were not read: {', '.join(addresses)}. "
        "With --stack cdk.tf.json the guard reads them as they were synthesized."
    ]


def _idle(plan: Plan, unlocks: Unlocks, document: Document, today: datetime.date) -> list[str]:
    """Return the records that serve nothing any more: whoever reads them believes that something is open."""
    touched = {each.address for each in plan.changes}
    return [
        f"{document.file}:{document.line(('unlock', address))}: the record for {address} "
        f"{'has expired' if record.until < today else 'allows nothing in this plan'}; take it out when it is done."
        for address, record in unlocks.unlock.items()
        if record.until < today or address not in touched
    ]
