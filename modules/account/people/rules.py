"""Whether the keys of the `people` block fit each other."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from modules.account.people.keys.rights import RIGHTS
from modules.foundation.problems import Finding

if TYPE_CHECKING:
    from modules.account.people.settings import PeopleSettings

#: Names that a principal must not have: everyone, and the root user.
_NOBODY = ("root",)


def findings(people: "PeopleSettings") -> Iterator[Finding]:
    """Yield what does not fit."""
    yield from _sign_in(people)
    yield from _sessions(people)
    yield from _persons(people)


def _sign_in(people: "PeopleSettings") -> Iterator[Finding]:
    if people.identity_center and people.identity_account:
        rule = "is a second place to sign in, beside identity_center"
        yield Finding(("identity_account",), None, rule, "keep one of them: a leaver is then removed in one place")
    if not people.identity_center and not people.identity_account:
        rule = "has neither identity_center nor identity_account: nobody could sign in with MFA"
        yield Finding((), None, rule, 'write identity_center { permission_set = "..." } or identity_account { ... }')


def _sessions(people: "PeopleSettings") -> Iterator[Finding]:
    """[AssumeRole](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html): role chaining."""
    if not people.identity_center:
        return
    for right in RIGHTS:
        if people.hours(right) > 1:
            rule = (
                "is longer than the one hour that AWS allows for a role that is assumed from the session of another "
                "role, which that of IAM Identity Center is"
            )
            yield Finding((f"{right}_hours",), people.hours(right), rule, "remove it")


def _persons(people: "PeopleSettings") -> Iterator[Finding]:
    if not people.person:
        yield Finding((), None, "has no person", 'write person "..." { access = { ... } }, or remove the block')
    named: dict[str, str] = {}
    for label in people.person:
        name = people.user_name(label)
        if name in _NOBODY:
            rule = "is the root user's name, which no person uses to work"
            yield Finding(("person", label), name, rule, "write the name of a user")
        if name in named:
            rule = f"is also the user name of person.{named[name]}"
            yield Finding(("person", label, "user_name"), name, rule, "keep one block for each person")
        named.setdefault(name, label)
