"""The environments of a folder: reads its HCL files, checks each file and all of them together."""

import datetime
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from modules import protections
from modules.claims import clashes
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
    """An environment and the file that it was read from."""

    document: Document
    settings: Environment

    def place(self, *location: str) -> str:
        """Return `file:line` of a key."""
        return f"{self.document.file}:{self.document.line(location)}"

    def warnings(self, today: datetime.date) -> Iterator[Problem]:
        """Yield what is allowed and yet deserves a second look on this day."""
        for finding in self.settings.warnings(today):
            yield self.document.problem(finding.at, finding.value, finding.rule, finding.remedy)


def load(folder: Path, today: datetime.date | None = None) -> dict[str, EnvironmentFile]:
    """Return the environments of a folder by name, in the order of their names.

    With a date, unlock records (`unlocks/<name>.hcl` in the folder) that ended before it allow nothing. Raises
    SettingsError with everything that is wrong in any of the files or between them.
    """
    problems = list(_not_read(folder))
    files: dict[str, EnvironmentFile] = {}
    for path in _paths(folder, problems):
        try:
            files[path.stem] = load_file(path)
            problems += _unprotected(files[path.stem], today)
            problems += _without_code(files[path.stem], Packages.of(os.environ))
        except SettingsError as error:
            problems += error.problems
    problems += misplaced(folder, [path.stem for path in folder.glob("*.hcl")], files)
    raise_problems([*problems, *between(list(files.values()))])
    return files


def load_file(path: Path) -> EnvironmentFile:
    """Return the environment of one file, checked by itself. Raises SettingsError."""
    # First, since what is wrong with a value is otherwise told with the value.
    raise_problems(pasted_secrets(path))
    document = read(path, Environment)
    return EnvironmentFile(document, check(document, Environment, {**document.values, "name": path.stem}))


def _unprotected(file: EnvironmentFile, today: datetime.date | None) -> Iterator[Problem]:
    """Yield the protections that are off without an unlock record, and the records that last too long."""
    unlocks, records = read_unlocks(Path(file.document.file).parent, file.settings.name)
    yield from protections.problems(file.settings, file.document, unlocks, records, today)
    if today:
        yield from too_long(unlocks, records, today)


def _without_code(file: EnvironmentFile, packages: Packages) -> Iterator[Problem]:
    """Yield the functions whose folder is not there."""
    for label, function in file.settings.function.items():
        folder = packages.sources / function.folder(label)
        if not is_function(folder):
            at = ("function", label, *(["code"] if function.code else []))
            rule = f"has no code: there is no {(folder / HANDLER).as_posix()}"
            folders = ", ".join(sorted(each.name for each in packages.sources.glob("*") if is_function(each)))
            remedy = f"write one with `def handler(event, context)`, or code = ... for another folder: {folders}"
            yield file.document.problem(at, function.code, rule, remedy)


def chosen(files: Mapping[str, EnvironmentFile], name: str | None) -> list[Environment]:
    """Return the environment of this name, or all of them without one. Raises SettingsError when there is none."""
    if not name:
        return [file.settings for file in files.values()]
    if name not in files:
        folder = Path(next(iter(files.values())).document.file).parent.as_posix()
        remedy = f"write one of {', '.join(files)}"
        raise SettingsError([Problem(folder, 0, f"ENV={name}", "is not an environment of this folder", remedy)])
    return [files[name].settings]


def _paths(folder: Path, problems: list[Problem]) -> list[Path]:
    """Return the environment files. Raises SettingsError when there are none, with the problems found so far."""
    paths = sorted(folder.glob("*.hcl")) if folder.is_dir() else []
    if not paths:
        rule = "has no environment files" if folder.is_dir() else "is not a folder"
        remedy = "write envs/dev.hcl (README, The environment file), or name another folder with ENVS=folder"
        raise SettingsError([*problems, Problem(folder.as_posix(), 0, "the folder", rule, remedy)])
    return paths


#: What stands beside the environment files: unlock records, and the addresses of what there is.
_FOLDERS = ("addresses", "unlocks")


def _not_read(folder: Path) -> Iterator[Problem]:
    """Yield what a person may take for an environment and is none: prod.HCL, prod.tf, prod/prod.hcl.

    Passed over in silence, the environment would be missing from each command, and its jobs from the pipeline.
    """
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix in (".hcl", ".md") or path.name.startswith(".") or path.name.endswith("~"):
            continue
        rule = "is not read: an environment is a file of this folder whose name ends in .hcl, in lowercase letters"
        if not path.is_dir():
            remedy = f"rename it to {path.name.partition('.')[0]}.hcl, or take it out of the folder"
            yield Problem(path.as_posix(), 0, "the file", rule, remedy)
        elif path.name not in _FOLDERS and any(path.glob("*.[hH][cC][lL]")):
            yield Problem(path.as_posix(), 0, "the folder", rule, f"move its files to {folder.as_posix()}, or move it")


def between(files: list[EnvironmentFile]) -> Iterator[Problem]:
    """Yield what is wrong between environments that are each right by themselves."""
    yield from _overlaps(files)
    yield from _foreign_overlaps(files)
    yield from _misled_delegations(files)
    yield from _images(files)
    for one, other in combinations(files, 2):
        yield from _product_differs(one, other)
        yield from _zones_made_twice(one, other)
        yield from _sites_share_names(one, other)
        yield from _claimed_by_both(one, other)
        if one.settings.account_id == other.settings.account_id:
            yield from _account_shared(one, other)


def _overlaps(files: list[EnvironmentFile]) -> Iterator[Problem]:
    """VPCs of one product: none may overlap, or they can never be joined (peering, transit gateway, VPN)."""
    for earlier, file in combinations(files, 2):
        one, other = file.settings.network, earlier.settings.network
        if one and other and one.cidr.overlaps(other.cidr):
            where = f"{earlier.settings.name}'s {other.cidr} ({earlier.place('network', 'cidr')})"
            yield _overlap(file, where, files)


def _foreign_overlaps(files: list[EnvironmentFile]) -> Iterator[Problem]:
    """A range that one file reserves for others is closed to all environments."""
    for file in files:
        for owner in files:
            for at, cidr in owner.settings.network.foreign_cidrs if owner.settings.network else ():
                if file.settings.network and file.settings.network.cidr.overlaps(cidr):
                    yield _overlap(file, f"{at[-1]} {cidr} ({owner.place('network', *at)})", files)


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


def _misled_delegations(files: list[EnvironmentFile]) -> Iterator[Problem]:
    """A delegation bears an environment's name: what it gives away has to be a zone there."""
    environments = {file.settings.name: file for file in files}
    for file in files:
        for label, zone in file.settings.zone.items():
            for to, name in ((to, zone.delegated(to)) for to in zone.delegation if to in environments):
                held = [other.name for other in environments[to].settings.zone.values()]
                if name not in held:
                    at = ("zone", label, "delegation", to)
                    rule = f"is no zone of {to}, whose zones are {', '.join(held) or 'none'}"
                    remedy = "write the name of one of them, or make a zone of this name there"
                    yield file.document.problem(at, name, rule, remedy)


def _zones_made_twice(one: EnvironmentFile, other: EnvironmentFile) -> Iterator[Problem]:
    """Two zones of one name have each its own name servers, and the parent names those of one only."""
    for label, zone in other.settings.zone.items():
        for earlier, made in one.settings.zone.items():
            if zone.name == made.name and not (zone.existing or made.existing):
                yield other.document.problem(
                    ("zone", label, "name"),
                    zone.name,
                    f"is made by {one.settings.name} too ({one.place('zone', earlier, 'name')}), "
                    "and the internet asks one zone only",
                    "write existing = true in one of them, or the name of a subdomain that the other delegates",
                )


def _sites_share_names(one: EnvironmentFile, other: EnvironmentFile) -> Iterator[Problem]:
    """ "CreateDistribution, CNAMEAlreadyExists": a name leads to one distribution, whatever account it is in."""
    made = {name: label for label, site in one.settings.site.items() for name in site.names}
    for label, site in other.settings.site.items():
        for name in site.names:
            if name in made:
                rule = f"leads to {one.settings.name}'s site already ({one.place('site', made[name], 'names')})"
                remedy = "give each environment names of its own"
                yield other.document.problem(("site", label, "names"), name, rule, remedy)


def _claimed_by_both(one: EnvironmentFile, other: EnvironmentFile) -> Iterator[Problem]:
    for finding, at in clashes(one.settings, other.settings):
        yield other.document.problem(finding.at, finding.value, f"{finding.rule} ({one.place(*at)})", finding.remedy)


def _images(files: list[EnvironmentFile]) -> Iterator[Problem]:
    """One image goes through all environments, from the repositories of one of them."""
    parties = [
        Party(each.name, each.tier, each.account_id, each.region, each, file.place)
        for file in files
        for each in [file.settings]
    ]
    documents = {file.settings.name: file.document for file in files}
    for party, finding in findings_between(parties):
        yield documents[party.name].problem(finding.at, finding.value, finding.rule, finding.remedy)


def _product_differs(one: EnvironmentFile, other: EnvironmentFile) -> Iterator[Problem]:
    if one.settings.product != other.settings.product:
        yield other.document.problem(
            ("product",),
            other.settings.product,
            f"is not {one.settings.product} ({one.place('product')}): one folder describes one product",
            f'write "{one.settings.product}", or put the other product into a folder of its own',
        )


def _account_shared(one: EnvironmentFile, other: EnvironmentFile) -> Iterator[Problem]:
    tiers = {one.settings.tier, other.settings.tier}
    if tiers == {"development", "production"}:
        yield other.document.problem(
            ("account_id",),
            other.settings.account_id,
            f"is {one.settings.name}'s account too ({one.place('account_id')}): "
            "development and production are never in one account",
            "write the id of an account of its own",
        )
    if one.settings.state_key == other.settings.state_key:
        yield other.document.problem(
            ("state", "key"),
            other.settings.state_key,
            f"is {one.settings.name}'s state too ({one.place('state', 'key')}): one would destroy the other",
            "write another key",
        )
    if one.settings.state_region != other.settings.state_region:
        yield other.document.problem(
            ("state", "region"),
            other.settings.state_region,
            f"is not {one.settings.state_region}, the region of the state bucket of their account "
            f"({one.place('state', 'region')})",
            f'write state {{ region = "{one.settings.state_region}" }}',
        )
    if one.settings.pipeline and other.settings.pipeline:
        yield from _pipeline_differs(one, other)


def _pipeline_differs(one: EnvironmentFile, other: EnvironmentFile) -> Iterator[Problem]:
    """An account has one provider for one GitLab server."""
    ours, theirs = one.settings.pipeline, other.settings.pipeline
    assert ours and theirs
    for key in ("gitlab_url", "thumbprints"):
        if getattr(ours, key) != getattr(theirs, key):
            at = ("pipeline", key)
            rule = f"is not {one.settings.name}'s ({one.place(*at)}), whose account it shares"
            yield other.document.problem(at, getattr(theirs, key), rule, "write the same for both")
