"""Checks of the labels of blocks, and of the names that blocks use for each other."""

from collections.abc import Collection, Iterable, Iterator

from modules.foundation.policies import sid
from modules.foundation.problems import Finding


def unknown_names(at: tuple[str, ...], kind: str, names: Iterable[str], known: Collection[str]) -> Iterator[Finding]:
    """Yield a problem for each name, in the value of a key, that no block of this kind has."""
    for name in names:
        if name not in known:
            yield Finding(at, name, *unknown_name(kind, name, known))


def unknown_labels(at: tuple[str, ...], kind: str, labels: Iterable[str], known: Collection[str]) -> Iterator[Finding]:
    """Yield a problem for each label of a map or of nested blocks that no block of this kind has."""
    for label in labels:
        if label not in known:
            yield Finding((*at, label), None, *unknown_name(kind, label, known))


def unknown_name(kind: str, name: str, known: Collection[str]) -> tuple[str, str]:
    """Return the rule and the remedy for a name that no block of this kind has."""
    there = f"there is {', '.join(sorted(known))}" if known else "there is none"
    rule = f"names no `{kind}` block of this environment; {there}"
    return rule, f'write `{kind} "{name}" {{ ... }}`' + (", or name another" if known else ", or remove it")


def ambiguous_labels(kind: str, labels: Iterable[str]) -> Iterator[Finding]:
    """Yield labels of one kind of block that make the same Sid, which AWS accepts once in a policy: a-12 and a1-2."""
    first: dict[str, str] = {}
    for label in labels:
        other = first.setdefault(sid(label), label)
        if other != label:
            rule = f"has the same Sid as {kind}.{other}, and Sids must be unique in a policy"
            yield Finding((kind, label), None, rule, "write a label that also differs in its letters or digits")
