"""Account files of a folder, `accounts/<name>.hcl`: what an AWS account has only one of."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from modules.account import checks
from modules.account.blocks import Account
from modules.environment import Environment
from modules.foundation.problems import Problem, SettingsError, raise_problems
from modules.foundation.settings import Tier
from modules.hcl.pasted import pasted_secrets
from modules.hcl.reading import Document, check, pass_tier, read

#: The folder of account files, beside the environment files.
FOLDER = "accounts"


@dataclass(frozen=True)
class AccountFile:
    """An account, and the file it was read from."""

    document: Document
    settings: Account


def load_accounts(folder: Path, environments: Sequence[Environment]) -> tuple[dict[str, AccountFile], list[Problem]]:
    """Return the account files by account ID, and the problems in them.

    An account without a file has only what environments need: its state bucket and the pipeline's roles.
    """
    files: dict[str, AccountFile] = {}
    problems: list[Problem] = []
    for path in sorted((folder / FOLDER).glob("*.hcl")):
        try:
            file = _load(path, environments)
        except SettingsError as error:
            problems += error.problems
            continue
        account_id = file.settings.account_id
        if account_id in files:
            rule = f"is also the account of {files[account_id].document.file}"
            remedy = "keep one file for each account"
            problems.append(file.document.problem(("account_id",), account_id, rule, remedy))
        files.setdefault(account_id, file)
    return files, problems


def with_environments(files: Iterable[AccountFile], environments: Sequence[Environment]) -> Iterator[Problem]:
    """Yield problems between account files and the environments, which are all of the folder."""
    for file in files:
        yield from _without_environment(file, environments)
        for each in checks.findings(file.settings, environments):
            yield file.document.problem(each.at, each.value, each.rule, each.remedy)


def _load(path: Path, environments: Sequence[Environment]) -> AccountFile:
    # Secrets first, since other problems print the value.
    raise_problems(pasted_secrets(path))
    document = read(path, Account)
    tier = _tier(document.values.get("account_id"), environments)
    return AccountFile(document, check(document, Account, pass_tier(Account, document.values, {"tier": tier})))


def _tier(account_id: object, environments: Sequence[Environment]) -> Tier:
    """Return the highest tier of the account's environments."""
    tiers: tuple[Tier, ...] = get_args(Tier)
    found = [each.tier for each in environments if each.account_id == account_id]
    return max(found, key=tiers.index, default=tiers[0])


def _without_environment(file: AccountFile, environments: Sequence[Environment]) -> Iterator[Problem]:
    account_id, accounts = file.settings.account_id, sorted({each.account_id for each in environments})
    if account_id not in accounts:
        rule = "is the account of no environment in this folder"
        remedy = f"write one of {', '.join(accounts)}, or remove the file"
        yield file.document.problem(("account_id",), account_id, rule, remedy)
