"""Environment files of a folder: reads them, checks each file, and checks them together."""

import datetime
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from itertools import combinations, permutations
from pathlib import Path

from modules import account_files, protections
from modules.account_files import AccountFile, load_accounts, with_environments
from modules.claims import conflicts
from modules.compute.repository.checks import Party, findings_between
from modules.environment import Environment
from modules.events.function.packaging import HANDLER, Packages, is_function
from modules.foundation.problems import Problem, SettingsError, raise_problems
from modules.hcl.pasted import pasted_secrets
from modules.hcl.reading import Document, check, read
from modules.network.vpc.keys.subnets import first_free
from modules.unlocks import misplaced, read_unlocks, too_long


@dataclass(frozen=True)
class EnvironmentFile:
    """An environment, and the file it was read from."""

    document: Document
    settings: Environment
    account: AccountFile | None = None
    """The file of its account, if there is one."""

    def place(self, *location: str) -> str:
        """Return `file:line` of a key."""
        return f"{self.document.file}:{self.document.line(location)}"

    def warnings(self, today: datetime.date) -> Iterator[Problem]:
        """Yield warnings about settings that are allowed, as of this date."""
        for finding in self.settings.warnings(today):
            yield self.document.problem(finding.at, finding.value, finding.rule, finding.remedy)


def load(folder: Path, today: datetime.date | None = None) -> dict[str, EnvironmentFile]:
    """Return the environments of a folder by name, in the order of their names.

    With a date, unlock records (`unlocks/<name>.hcl` in the folder) that expired before it are not valid. Raises
    SettingsError with all problems in the files and between them.
    """
    problems = list(_not_read(folder))
    files: dict[str, EnvironmentFile] = {}
    paths = _paths(folder, problems)
    for path in paths:
        try:
            files[path.stem] = load_file(path)
            problems += _unprotected(files[path.stem], today)
            problems += _without_code(files[path.stem], Packages.of(os.environ))
        except SettingsError as error:
            problems += error.problems
    problems += misplaced(folder, [path.stem for path in folder.glob("*.hcl")], files)
    environments = [file.settings for file in files.values()]
    accounts, account_problems = load_accounts(folder, environments)
    # An environment that could not be read is missing here, and its account file is not to blame.
    if len(files) == len(paths):
        account_problems += with_environments(accounts.values(), environments)
    files = {name: replace(file, account=accounts.get(file.settings.account_id)) for name, file in files.items()}
    if not account_problems:
        problems += _account_without_topics(files.values())
    raise_problems([*problems, *between(list(files.values())), *account_problems])
    return files


def _account_without_topics(files: Iterable[EnvironmentFile]) -> Iterator[Problem]:
    """Functions subscribe to the account's topics, which only its account file creates."""
    for file in files:
        alarms, account = file.settings.alarms, file.account
        if alarms and alarms.account_events and not (account and account.settings.notify):
            rule = f"has no topics to subscribe to: no file of account {file.settings.account_id} has a `notify` block"
            folder = f"{Path(file.document.file).parent.as_posix()}/{account_files.FOLDER}"
            remedy = f"add notify {{ }} to {account.document.file if account else f'a file in {folder}'}, or remove it"
            yield file.document.problem(("alarms", "account_events"), True, rule, remedy)


def load_file(path: Path) -> EnvironmentFile:
    """Return the environment of one file, checked by itself. Raises SettingsError."""
    # Secrets first, since other problems print the value.
    raise_problems(pasted_secrets(path))
    document = read(path, Environment)
    return EnvironmentFile(document, check(document, Environment, {**document.values, "name": path.stem}))


def _unprotected(file: EnvironmentFile, today: datetime.date | None) -> Iterator[Problem]:
    """Yield the protections that are off without an unlock record, and the records that are valid for too long."""
    unlocks, records = read_unlocks(Path(file.document.file).parent, file.settings.name)
    yield from protections.problems(file.settings, file.document, unlocks, records, today)
    if today:
        yield from too_long(unlocks, records, today)


def _without_code(file: EnvironmentFile, packages: Packages) -> Iterator[Problem]:
    """Yield the functions without a code folder."""
    for label, function in file.settings.function.items():
        folder = packages.sources / function.folder(label)
        if not function.by_pipeline and not is_function(folder):
            at = ("function", label, *(["code"] if function.code else []))
            rule = f"has no code: {(folder / HANDLER).as_posix()} does not exist"
            folders = ", ".join(sorted(each.name for each in packages.sources.glob("*") if is_function(each)))
            remedy = f"create it with `def handler(event, context)`, or write code = ... for another folder: {folders}"
            yield file.document.problem(at, function.code, rule, remedy)


def chosen(files: Mapping[str, EnvironmentFile], name: str | None) -> list[Environment]:
    """Return the environment with this name, or all without a name. Raises SettingsError for an unknown name."""
    if not name:
        return [file.settings for file in files.values()]
    if name not in files:
        folder = Path(next(iter(files.values())).document.file).parent.as_posix()
        remedy = f"write one of {', '.join(files)}"
        raise SettingsError([Problem(folder, 0, f"ENV={name}", "is not an environment of this folder", remedy)])
    return [files[name].settings]


def _paths(folder: Path, problems: list[Problem]) -> list[Path]:
    """Return the environment files. Raises SettingsError, with the problems found so far, if there are none."""
    paths = sorted(folder.glob("*.hcl")) if folder.is_dir() else []
    if not paths:
        rule = "has no environment files" if folder.is_dir() else "is not a folder"
        remedy = "write envs/dev.hcl (README, The environment file), or name another folder with ENVS=folder"
        raise SettingsError([*problems, Problem(folder.as_posix(), 0, "the folder", rule, remedy)])
    return paths


#: Folders beside the environment files: account files, unlock records, and the addresses of existing resources.
_FOLDERS = (account_files.FOLDER, "addresses", "unlocks")


def _not_read(folder: Path) -> Iterator[Problem]:
    """Yield files and folders that look like environments but are not: prod.HCL, prod.tf, prod/prod.hcl.

    If they were ignored silently, the environment would be missing from all commands, and its jobs from the pipeline.
    """
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix in (".hcl", ".md") or path.name.startswith(".") or path.name.endswith("~"):
            continue
        rule = "is not read: an environment is a file in this folder whose name ends in .hcl, in lowercase letters"
        if not path.is_dir():
            remedy = f"rename it to {path.name.partition('.')[0]}.hcl, or remove it from the folder"
            yield Problem(path.as_posix(), 0, "the file", rule, remedy)
        elif path.name not in _FOLDERS and any(path.glob("*.[hH][cC][lL]")):
            yield Problem(path.as_posix(), 0, "the folder", rule, f"move its files to {folder.as_posix()}, or move it")


def between(files: list[EnvironmentFile]) -> Iterator[Problem]:
    """Yield problems between environments that are each valid by themselves."""
    yield from _overlaps(files)
    yield from _foreign_overlaps(files)
    yield from _client_overlaps(files)
    yield from _invalid_delegations(files)
    yield from _images(files)
    for one, other in combinations(files, 2):
        yield from _product_differs(one, other)
        yield from _duplicate_zones(one, other)
        yield from _sites_share_names(one, other)
        yield from _claimed_by_both(one, other)
        if one.settings.account_id == other.settings.account_id:
            yield from _account_shared(one, other)


def _overlaps(files: list[EnvironmentFile]) -> Iterator[Problem]:
    """VPCs of one product must not overlap, or they could never be connected (peering, transit gateway, VPN)."""
    for earlier, file in combinations(files, 2):
        one, other = file.settings.network, earlier.settings.network
        if one and other and one.cidr.overlaps(other.cidr):
            where = f"{earlier.settings.name}'s {other.cidr} ({earlier.place('network', 'cidr')})"
            yield _overlap(file, where, files)


def _foreign_overlaps(files: list[EnvironmentFile]) -> Iterator[Problem]:
    """A range that one file reserves for other networks is not available to any environment."""
    for file in files:
        for owner in files:
            for at, cidr in owner.settings.network.foreign_cidrs if owner.settings.network else ():
                if file.settings.network and file.settings.network.cidr.overlaps(cidr):
                    yield _overlap(file, f"{at[-1]} {cidr} ({owner.place('network', *at)})", files)


def _client_overlaps(files: list[EnvironmentFile]) -> Iterator[Problem]:
    """A client of two environments' VPNs could not reach one of them if their addresses, or a VPC's, overlapped."""
    for file, other in permutations(files, 2):
        if file.settings.vpn is None:
            continue
        taken: list[tuple[tuple[str, ...], IPv4Network]] = []
        if network := other.settings.network:
            taken += [(("network", *at), cidr) for at, cidr in ((("cidr",), network.cidr), *network.foreign_cidrs)]
        if other.settings.vpn and other.settings.name < file.settings.name:
            taken.append((("vpn", "client_cidr"), other.settings.vpn.client_cidr))
        for at, cidr in taken:
            if file.settings.vpn.client_cidr.overlaps(cidr):
                rule = f"overlaps {other.settings.name}'s {'.'.join(at)} {cidr} ({other.place(*at)})"
                remedy = "choose a range outside it; each environment needs its own"
                yield file.document.problem(("vpn", "client_cidr"), file.settings.vpn.client_cidr, rule, remedy)


def _overlap(file: EnvironmentFile, where: str, files: list[EnvironmentFile]) -> Problem:
    assert file.settings.network is not None
    cidr = file.settings.network.cidr
    networks = [other.settings.network for other in files if other.settings.network]
    taken = [
        *(network.cidr for network in networks),
        *(foreign for network in networks for _, foreign in network.foreign_cidrs),
    ]
    free = first_free(cidr.prefixlen, taken, cidr)
    remedy = "choose a range outside it" + (f", for example {free}" if free else "")
    return file.document.problem(("network", "cidr"), cidr, f"overlaps {where}", remedy)


def _invalid_delegations(files: list[EnvironmentFile]) -> Iterator[Problem]:
    """A delegation that is labeled with an environment's name must delegate a zone of that environment."""
    environments = {file.settings.name: file for file in files}
    for file in files:
        for label, zone in file.settings.zone.items():
            for to, name in ((to, zone.delegated(to)) for to in zone.delegation if to in environments):
                held = [other.name for other in environments[to].settings.zone.values()]
                if name not in held:
                    at = ("zone", label, "delegation", to)
                    rule = f"is not a zone of {to}, whose zones are {', '.join(held) or 'none'}"
                    remedy = "write the name of one of them, or create a zone with this name there"
                    yield file.document.problem(at, name, rule, remedy)


def _duplicate_zones(one: EnvironmentFile, other: EnvironmentFile) -> Iterator[Problem]:
    """Two hosted zones with the same name have different name servers, and the parent delegates to only one."""
    for label, zone in other.settings.zone.items():
        for earlier_label, earlier in one.settings.zone.items():
            if zone.name == earlier.name and not (zone.existing or earlier.existing):
                yield other.document.problem(
                    ("zone", label, "name"),
                    zone.name,
                    f"is also created by {one.settings.name} ({one.place('zone', earlier_label, 'name')}), "
                    "and resolvers use only one hosted zone",
                    "write existing = true in one of them, or the name of a subdomain that the other delegates",
                )


def _sites_share_names(one: EnvironmentFile, other: EnvironmentFile) -> Iterator[Problem]:
    """[CreateDistribution, CNAMEAlreadyExists]
    (https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistribution.html): a name belongs to one
    distribution, across all accounts.
    """
    existing = {name: label for label, site in one.settings.site.items() for name in site.names}
    for label, site in other.settings.site.items():
        for name in site.names:
            if name in existing:
                rule = f"is already a name of {one.settings.name}'s site ({one.place('site', existing[name], 'names')})"
                remedy = "use different names in each environment"
                yield other.document.problem(("site", label, "names"), name, rule, remedy)


def _claimed_by_both(one: EnvironmentFile, other: EnvironmentFile) -> Iterator[Problem]:
    for finding, at in conflicts(one.settings, other.settings):
        yield other.document.problem(finding.at, finding.value, f"{finding.rule} ({one.place(*at)})", finding.remedy)


def _images(files: list[EnvironmentFile]) -> Iterator[Problem]:
    """All environments deploy the same image, from the repositories of one of them."""
    parties = [Party(file.settings, file.place) for file in files]
    documents = {file.settings.name: file.document for file in files}
    for party, finding in findings_between(parties):
        yield documents[party.blocks.name].problem(finding.at, finding.value, finding.rule, finding.remedy)


def _product_differs(one: EnvironmentFile, other: EnvironmentFile) -> Iterator[Problem]:
    if one.settings.product != other.settings.product:
        yield other.document.problem(
            ("product",),
            other.settings.product,
            f"is not {one.settings.product} ({one.place('product')}): one folder describes one product",
            f'write "{one.settings.product}", or move the other product to its own folder',
        )


def _account_shared(one: EnvironmentFile, other: EnvironmentFile) -> Iterator[Problem]:
    tiers = {one.settings.tier, other.settings.tier}
    if tiers == {"development", "production"}:
        yield other.document.problem(
            ("account_id",),
            other.settings.account_id,
            f"is also the account of {one.settings.name} ({one.place('account_id')}): "
            "development and production must be in different accounts",
            "write the ID of another account",
        )
    if one.settings.state_key == other.settings.state_key:
        yield other.document.problem(
            ("state", "key"),
            other.settings.state_key,
            f"is also the state of {one.settings.name} ({one.place('state', 'key')}): each would destroy the other's "
            "resources",
            "write another key",
        )
    if one.settings.state_region != other.settings.state_region:
        yield other.document.problem(
            ("state", "region"),
            other.settings.state_region,
            f"is not {one.settings.state_region}, the Region of the account's state bucket "
            f"({one.place('state', 'region')})",
            f'write state {{ region = "{one.settings.state_region}" }}',
        )
    yield from _servers_differ(one, other)


def _servers_differ(one: EnvironmentFile, other: EnvironmentFile) -> Iterator[Problem]:
    """An account has one OIDC provider for a GitLab server."""
    ours, theirs = one.settings.issuers.get("gitlab"), other.settings.issuers.get("gitlab")
    if not ours or not theirs:
        return
    for key in ("url", "thumbprints"):
        if getattr(ours, key) != getattr(theirs, key):
            at = ("pipeline", "gitlab", key)
            rule = f"differs from {one.settings.name}'s ({one.place(*at)}), which is in the same account"
            yield other.document.problem(at, getattr(theirs, key), rule, "write the same value in both")
