"""The note on a plan, as Markdown: the same text for the merge or pull request, the artifact, and the terminal."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from html import escape

from pydantic import BaseModel

from modules.account.blocks import Account
from modules.environment import Environment
from modules.environment_files import EnvironmentFile
from modules.hcl.reading import Document
from ops.guard.plan import Plan, ResourceChange
from ops.note.attributes import differences
from ops.note.blocks import Block, Blocks
from ops.note.drift import repaired
from ops.note.interruptions import interruptions
from ops.note.server import Server
from ops.note.text import code, fenced, prose
from ops.review import Review
from ops.summary import counts

#: The bytes of a note. GitHub accepts 65,536 characters in a comment, and GitLab 1,000,000 in a note ("Notes API",
#: https://docs.gitlab.com/api/notes/). Nobody reads a longer one, and the heading and the marker need some room.
LIMIT = 60_000
#: The most lines of one list: resources, or findings.
MOST_ITEMS = 60
#: What cannot be undone comes first.
ORDER = ("replace", "delete", "forget", "update", "create")
IN_THE_PLAN = "in the plan itself"


@dataclass(frozen=True)
class Subject:
    """What a note is about."""

    plan: Plan
    document: Document | None
    """The file whose blocks the resources belong to."""
    model: type[BaseModel]
    review: Review | None = None
    """The results of the guard and of the policy scan; None for an account's stack, which neither checks."""
    server: Server = field(default_factory=Server)


@dataclass(frozen=True)
class Section:
    """A part of a note, which a reader can fold unless it is urgent."""

    title: str
    """Plain text, in one line."""
    lines: list[str]
    folded: bool = True
    place: str = ""
    """`file:line`."""
    url: str = ""
    """The URL of the place."""
    total: str = ""
    short: list[str] = field(default_factory=list)
    """The lines without their details, for a note that would be too long."""

    def markdown(self, *, html: bool) -> str:
        """Return the section: with HTML that a browser can fold, or with a heading."""
        text = "\n".join(self.lines).rstrip("\n")
        if html and self.folded:
            return f"<details><summary>{self._summary()}</summary>\n\n{text}\n\n</details>\n"
        place = f", {self.place}" if self.place else ""
        return f"### {self.title}{place}{self.total}\n\n{text}\n"

    def _summary(self) -> str:
        """Return the heading as HTML, since Markdown is not interpreted in `<summary>`."""
        place = escape(self.place)
        place = f'<a href="{escape(self.url)}">{place}</a>' if self.url else place
        return f"<b>{escape(self.title, quote=False)}</b>{f', {place}' if place else ''}{escape(self.total)}"


def environment_subject(file: EnvironmentFile, review: Review, server: Server | None = None) -> Subject:
    """Return an environment's plan as the subject of a note."""
    return Subject(review.plan, file.document, Environment, review, server or Server())


def account_subject(file: EnvironmentFile, plan: Plan) -> Subject:
    """Return the plan of an environment's account as the subject of a note."""
    return Subject(plan, file.account.document if file.account else None, Account)


def markdown(title: str, subject: Subject, *, html: bool = False, limit: int = LIMIT) -> str:
    """Return the note: a heading, what is urgent, and the changes per block, within `limit` bytes.

    With `html`, the sections can be folded, as both servers render it. Without, it is readable in a terminal.
    """
    sections = [section for make in SECTIONS for section in make(subject)]
    head = "\n".join([f"## {title}: {_totals(subject.plan)}", "", *_verdicts(subject), ""])
    return head + _within(limit - len(head.encode()), sections, html=html)


def _totals(plan: Plan) -> str:
    if not plan.changes:
        return "no changes"
    replaced = sum(each.change.is_replacement for each in plan.changes)
    forgotten = sum(each.change.is_forgotten and not each.change.is_replacement for each in plan.changes)
    total = counts(plan)
    shown = {
        "to replace": replaced,
        "to destroy": total["delete"]
        - sum(each.change.is_replacement and each.change.is_loss for each in plan.changes),
        "to forget": forgotten,
        "to update": total["update"],
        "to create": total["create"] - replaced,
    }
    return ", ".join(f"{number} {what}" for what, number in shown.items() if number)


def _verdicts(subject: Subject) -> list[str]:
    """Return one line for each verdict, whose details follow."""
    lines = []
    if subject.review:
        judgement, scan = subject.review.judgement, subject.review.scan
        lines += [f"- Guard: {_refused(len(judgement.refused))}, {len(judgement.unlocked)} unlocked by a record"]
        lines += [f"- Policy scan: {_refused(len(scan.findings))}, {len(scan.skipped)} skipped with a reason"]
    if subject.plan.changes:
        found = [each for each in interruptions(subject.plan) if not each.effect.startswith("none")]
        lines += [f"- Unavailable meanwhile: {len(found) or 'nothing known'}"]
    if subject.server.head:
        job = f" by [this job]({subject.server.job}), whose artifact has the whole plan" if subject.server.job else ""
        lines += [f"- Planned for commit `{subject.server.head[:12]}`{job}"]
    return lines


def _refused(number: int) -> str:
    return f"**{number} refused**" if number else "passed"


def _unavailable(subject: Subject) -> list[Section]:
    found = interruptions(subject.plan)
    lines = [
        f"- {code(each.address)} ({prose(each.cause)}): {prose(each.effect)}"
        + (f" ([{each.page[0]}]({each.page[1]}))" if each.page else "")
        for each in found
    ]
    return [Section("Unavailable meanwhile", _capped(lines), folded=False)] if lines else []


def _guard(subject: Subject) -> list[Section]:
    if not subject.review:
        return []
    lines = subject.review.judgement.lines()[:-1]
    refused = bool(subject.review.judgement.refused)
    return [Section("Guard", _capped([f"- {prose(each)}" for each in lines]), folded=not refused)] if lines else []


def _scan(subject: Subject) -> list[Section]:
    if not subject.review:
        return []
    lines = subject.review.scan.lines()[:-1]
    found = bool(subject.review.scan.findings)
    return [Section("Policy scan", _capped([f"- {prose(each)}" for each in lines]), folded=not found)] if lines else []


def _drift(subject: Subject) -> list[Section]:
    lines = [
        f"- {code(each.address)}: "
        + (f"{', '.join(map(code, each.attributes))} set back" if each.attributes else "deleted, and created again")
        for each in repaired(subject.plan)
    ]
    return (
        [Section("Changed outside Terraform, and repaired by this plan", _capped(lines), folded=False)] if lines else []
    )


def _moved(subject: Subject) -> list[Section]:
    lines = [
        f"- {code(each.previous_address)} is now {code(each.address)}"
        for each in subject.plan.resource_changes
        if each.previous_address
    ]
    return [Section(f"Moved: {len(lines)}", _capped(lines))] if lines else []


def _blocks(subject: Subject) -> list[Section]:
    """Return a section for each block whose resources change, the most serious changes first."""
    blocks, found = Blocks(subject.document, subject.model), dict[Block, list[ResourceChange]]()
    for each in subject.plan.changes:
        gone = each.change.is_gone and not each.change.is_replacement
        found.setdefault(blocks.of(each.address, is_gone=gone), []).append(each)
    ordered = sorted(found.items(), key=lambda item: (min(map(_order, item[1]))[0], not item[0].line, item[0]))
    return [_of_block(block, sorted(changes, key=_order), subject) for block, changes in ordered]


def _order(resource: ResourceChange) -> tuple[int, str]:
    return ORDER.index(resource.change.action), resource.address


def _of_block(block: Block, changes: Sequence[ResourceChange], subject: Subject) -> Section:
    actions = [each.change.action for each in changes]
    total = ", ".join(f"{actions.count(action)} {action}" for action in ORDER if action in actions)
    has_line = block.line and subject.document
    file = subject.document.file if subject.document and has_line else ""
    return Section(
        block.title,
        [line for each in changes for line in _of_resource(each)],
        place=f"{file}:{block.line}" if file else "",
        url=subject.server.link(file, block.line) if file else "",
        total=f": {total}",
        short=_capped(map(_line, changes)),
    )


def _line(resource: ResourceChange) -> str:
    return f"- {resource.change.action} {code(resource.address)}"


def _of_resource(resource: ResourceChange) -> list[str]:
    lines = [line for each in differences(resource.change) for line in each.lines()]
    return [_line(resource), *(["", *fenced(lines, "diff"), ""] if lines else [])]


def _capped(lines: Iterable[str]) -> list[str]:
    every = list(lines)
    more = len(every) - MOST_ITEMS
    return [*every[:MOST_ITEMS], *([f"- ... and {more} more, {IN_THE_PLAN}"] if more > 0 else [])]


def _within(room: int, sections: Sequence[Section], *, html: bool) -> str:
    """Return the sections that fit into these bytes: each whole, or without its details, or only counted."""
    room -= 200  # for the last line
    texts: list[str] = []
    for each in sections:
        both = (each, replace(each, lines=each.short)) if each.short else (each,)
        versions = (f"\n{version.markdown(html=html)}" for version in both)
        text = next((version for version in versions if len(version.encode()) <= room), None)
        if text is not None:
            texts.append(text)
            room -= len(text.encode())
    left_out = len(sections) - len(texts)
    last = f"\n... and {left_out} more, {IN_THE_PLAN}: all of them are too long for a note.\n" if left_out else ""
    return "".join(texts) + last


#: The sections, in their order. A difference of cost belongs after what is unavailable.
SECTIONS: tuple[Callable[[Subject], list[Section]], ...] = (_unavailable, _guard, _scan, _drift, _moved, _blocks)
