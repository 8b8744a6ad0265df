"""Whether every image has a repository, in this environment file or in the one that it is pulled from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from modules.compute.blocks import ComputeBlocks
from modules.compute.keys.images import images_in, is_candidate, repository_of
from modules.compute.repository.settings import RepositorySettings
from modules.foundation.problems import Finding
from modules.foundation.settings import Tier


@dataclass(frozen=True)
class Party:
    """An environment among those that share images."""

    name: str
    tier: Tier
    account_id: str
    region: str
    blocks: ComputeBlocks
    place: Callable[..., str]
    """Returns `file:line` of a key."""


#: What is wrong, and in whose file.
PartyFinding = tuple[Party, Finding]


def findings(blocks: ComputeBlocks) -> Iterator[Finding]:
    """Yield what is wrong inside one environment file."""
    if blocks.registry and blocks.repository:
        rule = "stands beside `repository` blocks, and images come from one place"
        yield Finding(("registry",), None, rule, "take the one or the others out")
    yield from _copied_along(blocks)
    if blocks.registry is None:
        for at, image in images_in(blocks):
            if (label := repository_of(image)) not in blocks.repository:
                remedy = f'write repository "{label}" {{ }}, or registry {{ account_id = ... }} of who has it'
                yield Finding(at, image, "has no repository", remedy)


def _copied_along(blocks: ComputeBlocks) -> Iterator[Finding]:
    """ECR knows what to copy by how names begin ("RepositoryFilter"): `api` takes `api-admin` along."""
    for label, repository in blocks.repository.items():
        for other in blocks.repository:
            missing = set(repository.replicate_to_regions) - set(blocks.repository[other].replicate_to_regions)
            if other != label and other.startswith(label) and missing:
                at = ("repository", label, "replicate_to_regions")
                rule = f"would copy {other} too, for its name begins alike"
                remedy = f"write the same regions in repository.{other}, or give one of them another name"
                yield Finding(at, list(repository.replicate_to_regions), rule, remedy)


def findings_between(parties: Sequence[Party]) -> Iterator[PartyFinding]:
    """Yield what is wrong between environment files that are each right by themselves."""
    for party in parties:
        yield from _candidates(party)
        yield from _copies_at_home(party)
        if party.blocks.registry:
            yield from _pulls(party, parties)
    for one, other in combinations(parties, 2):
        yield from _made_twice(one, other)


def _candidates(party: Party) -> Iterator[PartyFinding]:
    for at, image in images_in(party.blocks) if party.tier == "production" else ():
        if is_candidate(image):
            rule = "is a candidate, which its repository deletes after some days"
            yield party, Finding(at, image, rule, "build the release, and write its version")


def _copies_at_home(party: Party) -> Iterator[PartyFinding]:
    for label, repository in party.blocks.repository.items():
        if party.region in repository.replicate_to_regions:
            at = ("repository", label, "replicate_to_regions")
            yield party, Finding(at, party.region, "is where the repository is already", "take it out")


def _pulls(party: Party, parties: Sequence[Party]) -> Iterator[PartyFinding]:
    """Ask the file that describes the registry's account, if it is one of these, for what is pulled from there."""
    registry = party.blocks.registry
    assert registry is not None
    region = registry.region or party.region
    at_account = [other for other in parties if other is not party and other.account_id == registry.account_id]
    keepers = [other for other in at_account if _kept(other, region)]
    if at_account and not keepers:
        rule = f"keeps no repositories in {region} ({at_account[0].place('account_id')})"
        remedy = "write `repository` blocks there, or the account and region that keep them"
        yield party, Finding(("registry", "account_id"), registry.account_id, rule, remedy)
    if keepers:
        yield from _missing(party, keepers, region)
        yield from _closed(party, keepers, region)


def _kept(keeper: Party, region: str) -> dict[str, RepositorySettings]:
    """Return the repositories that are in this region: those made there, or copied to there."""
    return {
        label: repository
        for label, repository in keeper.blocks.repository.items()
        if keeper.region == region or region in repository.replicate_to_regions
    }


def _missing(party: Party, keepers: Sequence[Party], region: str) -> Iterator[PartyFinding]:
    labels = {label for keeper in keepers for label in _kept(keeper, region)}
    for at, image in images_in(party.blocks):
        if (label := repository_of(image)) not in labels:
            rule = f"has no repository in {keepers[0].name} ({keepers[0].place('repository')})"
            yield party, Finding(at, image, rule, f'write repository "{label}" {{ }} there')


def _closed(party: Party, keepers: Sequence[Party], region: str) -> Iterator[PartyFinding]:
    """Yield repositories that the environment pulls from (all, while it runs nothing) and may not."""
    run = {repository_of(image) for _, image in images_in(party.blocks)}
    for keeper in keepers:
        for label, repository in _kept(keeper, region).items():
            if keeper.account_id == party.account_id or party.account_id in repository.pull_account_ids:
                continue
            if not run or label in run:
                rule = f"does not name {party.name}'s account {party.account_id} ({party.place('registry')})"
                at, named = ("repository", label, "pull_account_ids"), list(repository.pull_account_ids)
                yield keeper, Finding(at, named, rule, f'write "{party.account_id}" as well')


def _made_twice(one: Party, other: Party) -> Iterator[PartyFinding]:
    """Repositories have no environment's name in theirs: two environments in one place would make the same."""
    if (one.account_id, one.region) != (other.account_id, other.region):
        return
    for label in sorted(set(one.blocks.repository) & set(other.blocks.repository)):
        rule = f"is made by {one.name} already ({one.place('repository', label)}), in the same account and region"
        remedy = f'take it out, and write registry {{ account_id = "{one.account_id}" }}'
        yield other, Finding(("repository", label), None, rule, remedy)
