"""Rows of the guard's table, and the findings of a plan by these rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from ops.guard.finding import Finding, Kind
from ops.guard.harms import Harm
from ops.guard.paths import UNKNOWN, values
from ops.guard.plan import Change, Parent, Plan, ResourceChange

#: The maximum number of characters of a value in a sentence.
SHOWN = 60
#: Rows of this type apply to every resource with the attribute.
ANY_TYPE = "*"


class Event(Enum):
    """An event of a whole resource."""

    LOST = "destroyed, replaced, or forgotten"
    GAP = "destroyed, forgotten, or replaced by a resource that is created afterwards"
    REMOVED = "destroyed or forgotten without a replacement"
    CREATED = "created"


@dataclass(frozen=True)
class Row:
    """A harmful event of a resource type, or a harmful change of one of its attributes."""

    type: str
    path: str
    """The attribute; empty for the resource as a whole."""
    harm: Harm | Event
    says: str
    kind: Kind
    source: str
    """The title and link of the page that documents it."""
    level: Literal["refuse", "note"] = "refuse"
    created: Literal["never", "always", "beside"] = "never"
    """Whether a new resource counts: never, always, or only if its parent already exists."""
    unknown: bool = True
    """Whether a value that is known only after the apply counts as harmful."""
    parent: Parent | None = None
    """The parent of the resource. If the plan removes the parent too, the row does not apply."""
    new_blocks: bool = False
    """Whether a new block counts, for a path that identifies blocks by a key."""
    unless: str = ""
    """An attribute that marks a resource without data of its own."""

    def findings(self, resource: ResourceChange, plan: Plan) -> Iterator[str]:
        """Yield a sentence for each harm that the plan would do according to this row."""
        if self.type not in (ANY_TYPE, resource.type):
            return
        if isinstance(self.harm, Event):
            if _happens(self.harm, resource.change) and not self._is_excused(resource, plan):
                yield f"{resource.address} {_sentence(self, resource.change)}."
        elif self._counts(resource, plan):
            for label, before, after in self._changes(resource.change):
                if self._harms(resource.change, before, after):
                    shown = _shown(resource.change, label, before, after)
                    yield f"{resource.address} {self.says} ({shown})."

    def _is_excused(self, resource: ResourceChange, plan: Plan) -> bool:
        is_along = self.parent is not None and plan.is_removed_with(resource, self.parent)
        return is_along or bool(self.unless and resource.change.was(self.unless))

    def _counts(self, resource: ResourceChange, plan: Plan) -> bool:
        change = resource.change
        if change.after is None:
            return False
        if change.before is not None or self.created == "always":
            return True
        return self.created == "beside" and self.parent is not None and plan.is_beside(resource, self.parent)

    def _changes(self, change: Change) -> Iterator[tuple[str, Any, Any]]:
        before = values(change.before or {}, None, self.path)
        after = values(change.after or {}, change.after_unknown, self.path)
        there = values(change.before or {}, None, _blocks_of(self.path))
        for label in dict.fromkeys([*before, *after]):
            if self.new_blocks or "]" not in self.path or _blocks_of(label) in there:
                yield label, before.get(label), after.get(label)

    def _harms(self, change: Change, before: Any, after: Any) -> bool:
        assert not isinstance(self.harm, Event)
        if after is UNKNOWN:
            # In a created or replaced resource, AWS's own defaults are also unknown; the synthesized values are not.
            return self.unknown and change.before is not None and not change.is_replacement
        return self.harm(before, after)


def findings(plan: Plan, table: Sequence[Row]) -> Iterator[Finding]:
    """Yield the plan's changes that a row refuses."""
    for row, resource, sentence in _found(plan, table, "refuse"):
        yield Finding(resource.address, row.kind, sentence)


def notes(plan: Plan, table: Sequence[Row]) -> list[str]:
    """Return the plan's changes that are worth a note but are not refused."""
    return list(dict.fromkeys(sentence for _, _, sentence in _found(plan, table, "note")))


def forgotten(plan: Plan, refused: Iterable[Finding]) -> list[str]:
    """Return notes on the resources that Terraform would forget, except refused ones."""
    known = {each.address for each in refused}
    return [
        f"{each.address} would be forgotten: it stays in AWS but is no longer managed."
        for each in plan.changes
        if each.change.is_forgotten and each.address not in known
    ]


def _found(plan: Plan, table: Sequence[Row], level: str) -> Iterator[tuple[Row, ResourceChange, str]]:
    for resource in plan.changes:
        for row in table:
            if row.level == level:
                for sentence in row.findings(resource, plan):
                    yield row, resource, sentence


def _blocks_of(path: str) -> str:
    """Return the part of a path, or of a label, up to the blocks that are identified by a key."""
    return path[: path.rfind("]") + 1]


def _happens(event: Event, change: Change) -> bool:
    return {
        Event.LOST: change.is_gone,
        Event.GAP: change.leaves_gap,
        Event.REMOVED: change.is_gone and not change.is_replacement,
        Event.CREATED: change.before is None and change.after is not None,
    }[event]


def _sentence(row: Row, change: Change) -> str:
    if row.harm is Event.CREATED:
        return row.says
    done = "destroyed"
    if change.is_replacement:
        causes = sorted({str(path[0]) for path in change.replace_paths if path})
        done = "replaced by a new one" + (f" (changed: {', '.join(causes)})" if causes else "")
    if row.harm is Event.REMOVED:
        return f"would be {'forgotten' if change.is_forgotten else done}: {row.says}"
    if change.is_forgotten:
        done = f"{done} and forgotten" if change.is_replacement else "forgotten"
        return f"would be {done}: {row.says} would stay in AWS but no longer be managed"
    return f"would be {done}, and with it {row.says}"


def _shown(change: Change, label: str, before: Any, after: Any) -> str:
    """Return the attribute with its values, or only its name if a value is long or sensitive."""
    name = label.partition(".")[0].partition("[")[0]
    if any(isinstance(each, dict) and each.get(name) for each in (change.before_sensitive, change.after_sensitive)):
        return label
    texts = _text(before), _text(after)
    return f"{label}: {texts[0]} to {texts[1]}" if max(map(len, texts)) <= SHOWN else label


def _text(value: Any) -> str:
    if value in (None, "", [], {}):
        return "none"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
