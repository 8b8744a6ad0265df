"""Checks of an account file against the environments of its account."""

from collections.abc import Iterator, Sequence

from modules.account.blocks import Account
from modules.account.notify.keys.events import BREAK_GLASS_USED
from modules.account.people.keys.rights import RIGHTS
from modules.account.people.keys.trust import TRUST_POLICY_LIMIT, trust_policy
from modules.foundation.blocks import EnvironmentKeys
from modules.foundation.names import ACCOUNT, Names
from modules.foundation.problems import Finding


def findings(account: Account, environments: Sequence[EnvironmentKeys]) -> Iterator[Finding]:
    """Yield what does not fit; `environments` are all of the folder."""
    yield from _foreign_environments(account, environments)
    yield from _without_boundary(account, environments)
    yield from _without_access(account)
    yield from _too_many_people(account)
    yield from _silent_break_glass(account)
    yield from _identities_in_development(account, environments)


def _foreign_environments(account: Account, environments: Sequence[EnvironmentKeys]) -> Iterator[Finding]:
    """The roles of an environment are in its own account."""
    own = [each.name for each in environments if each.account_id == account.account_id]
    for label, person in account.people.person.items() if account.people else ():
        for name in person.access:
            if name not in own:
                yield Finding(("people", "person", label, "access"), name, _whose(name, environments), _choose(own))


def _without_boundary(account: Account, environments: Sequence[EnvironmentKeys]) -> Iterator[Finding]:
    """Who administers an environment may create only roles with a permissions boundary (keys/boundary.py)."""
    unbounded = [each.name for each in environments if not each.names.has_boundary]
    for label, person in account.people.person.items() if account.people else ():
        for name, right in person.access.items():
            if name in unbounded and right == "administer":
                rule = (
                    f"could not apply {name}, which has no `pipeline` block, and so no permissions boundary for roles"
                )
                remedy = f'add a `pipeline` block to {name}, or write "operate"'
                yield Finding(("people", "person", label, "access"), right, rule, remedy)


def _whose(name: str, environments: Sequence[EnvironmentKeys]) -> str:
    for each in environments:
        if each.name == name:
            return f"is an environment of account {each.account_id}, whose roles are in that account"
    return "is not an environment of this folder"


def _choose(own: Sequence[str]) -> str:
    return f"write one of {', '.join(own)}, or move it to the file of the other account"


def _without_access(account: Account) -> Iterator[Finding]:
    """In the identity account, a person can have a user without access to the account itself."""
    people = account.people
    if not people or (people.identity_account and people.identity_account.account_id == account.account_id):
        return
    for label, person in people.person.items():
        if not person.access and not person.break_glass:
            remedy = "write access = { ... }, or remove the block"
            yield Finding(("people", "person", label), None, "gives no access", remedy)


def _too_many_people(account: Account) -> Iterator[Finding]:
    """The role for read has the longest list of people."""
    if not account.people:
        return
    names = Names("", ACCOUNT, account.account_id, "")
    for env in account.people.environments():
        size = len(trust_policy(names, account.people, account.people.who_may(env, RIGHTS[0])))
        if size > TRUST_POLICY_LIMIT:
            rule = (
                f"gives so many people access to {env} that the trust policy of a role would have {size} characters; "
                f"AWS allows {TRUST_POLICY_LIMIT}"
            )
            yield Finding(("people",), None, rule, "remove people from it, or write shorter user names")


def _silent_break_glass(account: Account) -> Iterator[Finding]:
    labels = account.people.break_glass() if account.people else []
    if labels and account.notify is None:
        rule = "has no alarm: this file has no notify block, so nobody would hear of the use of the role"
        yield Finding(("people", "person", labels[0], "break_glass"), True, rule, "add notify { emails = [...] }")
    if labels and account.notify and BREAK_GLASS_USED in account.notify.events_off:
        rule = "must notify somebody: the role for emergencies has no other limit"
        at = ("notify", "events_off", BREAK_GLASS_USED)
        yield Finding(at, account.notify.events_off[BREAK_GLASS_USED], rule, "remove it")


def _identities_in_development(account: Account, environments: Sequence[EnvironmentKeys]) -> Iterator[Finding]:
    """Whoever administers the identity account can sign in as anybody."""
    source = account.people.identity_account if account.people else None
    if not source or account.tier == "development":
        return
    at = ("people", "identity_account", "account_id")
    for each in environments:
        if each.account_id == source.account_id and each.tier == "development":
            rule = (
                f"is the account of {each.name}: who administers development could give himself the password and MFA "
                f"device of a person who may use {account.tier}"
            )
            yield Finding(at, source.account_id, rule, "write an account without environments, or this one")
