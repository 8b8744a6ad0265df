"""Checks that every image has a repository, in this environment file or in the one that it is pulled from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from modules.compute.blocks import ComputeBlocks
from modules.compute.keys.images import images_in, is_prerelease, repository_of
from modules.compute.repository.settings import RepositorySettings
from modules.foundation.problems import Finding


@dataclass(frozen=True)
class Party:
    """One of the environments that share images."""

    blocks: ComputeBlocks
    place: Callable[..., str]
    """Returns `file:line` of a key."""


#: A problem and the environment in whose file it is.
PartyFinding = tuple[Party, Finding]


def findings(blocks: ComputeBlocks) -> Iterator[Finding]:
    """Yield the problems inside one environment file."""
    if blocks.registry and blocks.repository:
        rule = "cannot be combined with `repository` blocks: all images come from one registry"
        yield Finding(("registry",), None, rule, "remove the `registry` block or the `repository` blocks")
    yield from _copied_by_prefix(blocks)
    if blocks.registry is None:
        for at, image in images_in(blocks):
            if (label := repository_of(image)) not in blocks.repository:
                remedy = f'write repository "{label}" {{ }}, or registry {{ account_id = ... }} for the account with it'
                yield Finding(at, image, "has no repository", remedy)


def _copied_by_prefix(blocks: ComputeBlocks) -> Iterator[Finding]:
    """Yield repositories that ECR would copy with another: it filters by prefix.

    [RepositoryFilter](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_RepositoryFilter.html).
    """
    for label, repository in blocks.repository.items():
        for other in blocks.repository:
            missing = set(repository.replicate_to_regions) - set(blocks.repository[other].replicate_to_regions)
            if other != label and other.startswith(label) and missing:
                at = ("repository", label, "replicate_to_regions")
                rule = f"would also copy {other}, whose name begins with {label}"
                remedy = f"write the same Regions in repository.{other}, or rename one of them"
                yield Finding(at, list(repository.replicate_to_regions), rule, remedy)


def findings_between(parties: Sequence[Party]) -> Iterator[PartyFinding]:
    """Yield the problems between environment files."""
    for party in parties:
        yield from _prereleases(party)
        yield from _copies_to_own_region(party)
        if party.blocks.registry:
            yield from _pulls(party, parties)
    for one, other in combinations(parties, 2):
        yield from _same_repositories(one, other)


def _prereleases(party: Party) -> Iterator[PartyFinding]:
    for at, image in images_in(party.blocks) if party.blocks.tier == "production" else ():
        if is_prerelease(image):
            rule = "is a prerelease, which its repository deletes after some days"
            yield party, Finding(at, image, rule, "build the release and write its version")


def _copies_to_own_region(party: Party) -> Iterator[PartyFinding]:
    for label, repository in party.blocks.repository.items():
        if party.blocks.region in repository.replicate_to_regions:
            at = ("repository", label, "replicate_to_regions")
            yield party, Finding(at, party.blocks.region, "is the Region of the repository itself", "remove it")


def _pulls(party: Party, parties: Sequence[Party]) -> Iterator[PartyFinding]:
    """Check the repositories in the file of the registry's account, if it is one of these files."""
    registry = party.blocks.registry
    assert registry is not None
    region = registry.region or party.blocks.region
    at_account = [other for other in parties if other is not party and other.blocks.account_id == registry.account_id]
    owners = [other for other in at_account if _repositories_in(other, region)]
    if at_account and not owners:
        rule = f"has no repositories in {region} ({at_account[0].place('account_id')})"
        remedy = "write `repository` blocks there, or the account and Region that have them"
        yield party, Finding(("registry", "account_id"), registry.account_id, rule, remedy)
    if owners:
        yield from _missing(party, owners, region)
        yield from _without_permission(party, owners, region)


def _repositories_in(owner: Party, region: str) -> dict[str, RepositorySettings]:
    """Return the repositories in this Region, whether created there or copied to it."""
    return {
        label: repository
        for label, repository in owner.blocks.repository.items()
        if owner.blocks.region == region or region in repository.replicate_to_regions
    }


def _missing(party: Party, owners: Sequence[Party], region: str) -> Iterator[PartyFinding]:
    labels = {label for owner in owners for label in _repositories_in(owner, region)}
    for at, image in images_in(party.blocks):
        if (label := repository_of(image)) not in labels:
            rule = f"has no repository in {owners[0].blocks.name} ({owners[0].place('repository')})"
            yield party, Finding(at, image, rule, f'write repository "{label}" {{ }} there')


def _without_permission(party: Party, owners: Sequence[Party], region: str) -> Iterator[PartyFinding]:
    """Yield repositories (all, if the environment runs no image) that it must be able to pull from and cannot."""
    running = {repository_of(image) for _, image in images_in(party.blocks)}
    account = party.blocks.account_id
    for owner in owners:
        for label, repository in _repositories_in(owner, region).items():
            if account in (owner.blocks.account_id, *repository.pull_account_ids):
                continue
            if not running or label in running:
                rule = f"does not include {party.blocks.name}'s account {account} ({party.place('registry')})"
                at, named = ("repository", label, "pull_account_ids"), list(repository.pull_account_ids)
                yield owner, Finding(at, named, rule, f'add "{account}"')


def _same_repositories(one: Party, other: Party) -> Iterator[PartyFinding]:
    """Yield repositories of two environments in one account and Region: their names contain no environment."""
    if (one.blocks.account_id, one.blocks.region) != (other.blocks.account_id, other.blocks.region):
        return
    for label in sorted(set(one.blocks.repository) & set(other.blocks.repository)):
        rule = f"also exists in {one.blocks.name} ({one.place('repository', label)}), in the same account and Region"
        remedy = f'remove it, and write registry {{ account_id = "{one.blocks.account_id}" }}'
        yield other, Finding(("repository", label), None, rule, remedy)
