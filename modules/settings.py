"""An environment as a whole: reads a folder of HCL files, checks each file and all of them together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from modules.data.backup_settings import BackupSettings
from modules.data.bucket_settings import BucketSettings
from modules.data.cache_settings import CacheSettings
from modules.data.database_settings import DatabaseSettings
from modules.data.secret_settings import SecretSettings
from modules.delivery.settings import StateSettings
from modules.foundation.refusals import Finding, Problem, SettingsError, broken_rule, raise_problems, refuse
from modules.foundation.settings import AccountId, Label, Region, Settings, Tier
from modules.hcl.pasted import pasted_secrets
from modules.hcl.reading import Document, check, hand_down, read
from modules.network.settings import NetworkSettings
from modules.network.subnets import first_free

#: Names that stacks of ours bear already: the bootstrap stack of an account is `account-<id>`.
RESERVED_NAMES = ("account", "local", "shared")


def _name(value: str) -> str:
    """An environment's name is part of stack, bucket, role and state names; S3 allows the least of them."""
    letters = value.replace("-", "")
    if not (
        letters.isascii()
        and letters.isalnum()
        and value == value.lower()
        and value[0].isalpha()
        and not value.endswith("-")
        and len(value) <= 20
    ):
        raise broken_rule(
            "is not a name that Terraform, S3 and IAM all take: lower-case letters, digits and hyphens, at most 20, "
            "a letter first and no hyphen last",
            "rename the file, for example to dev.hcl",
        )
    if value in RESERVED_NAMES or value.startswith("account-"):
        raise broken_rule("is a name that Groundwork uses itself", "rename the file, for example to dev.hcl")
    return value


class Environment(Settings):
    """One environment: what an environment file says, under the file's name."""

    name: Annotated[str, AfterValidator(_name)] = Field(
        description="The file's name without .hcl.", json_schema_extra={"inherited": True}
    )
    product: str = Field(
        pattern=r"^[a-z][a-z0-9-]{1,18}[a-z0-9]$",
        examples=["agora"],
        description="The product's name, 3 to 20 lower-case letters, digits and hyphens; first part of every name.",
    )
    account_id: AccountId = Field(
        examples=["111111111111"], description="The AWS account; Terraform refuses to touch another."
    )
    region: Region = Field(examples=["ap-northeast-2"], description="The AWS region.")
    tier: Tier = Field(
        examples=["development"],
        description="development, staging or production. Production turns safe settings on and refuses unsafe ones.",
    )
    tags: dict[str, str] = Field(
        default_factory=dict,
        examples=[{"owner": "community-team"}],
        description="Tags of every resource, beside product, environment, tier and managed_by.",
    )
    state: StateSettings = Field(default=StateSettings(), description="Where the Terraform state lies.")
    network: NetworkSettings | None = Field(default=None, description="The VPC.")
    database: dict[Label, DatabaseSettings] = Field(
        default_factory=dict, description="Databases, Aurora or plain RDS, by name."
    )
    cache: dict[Label, CacheSettings] = Field(default_factory=dict, description="Caches, Valkey or Redis, by name.")
    bucket: dict[Label, BucketSettings] = Field(default_factory=dict, description="Private buckets, by name.")
    secret: dict[Label, SecretSettings] = Field(
        default_factory=dict, description="Secrets, by name; `python -m ops secret set NAME` puts the value in."
    )
    backup: BackupSettings | None = Field(
        default=None, description='What asks with backup = "daily" is backed up by AWS Backup.'
    )

    @model_validator(mode="before")
    @classmethod
    def _hand_tier_down(cls, values: Any) -> Any:
        """Give the tier to the blocks whose defaults and rules depend on it."""
        if not isinstance(values, Mapping) or "tier" not in values:
            return values
        return hand_down(cls, values, {"tier": values["tier"]})

    @model_validator(mode="after")
    def _data_fits(self) -> "Environment":
        refuse([*self._caches_without_network(), *self._backups_without_plan(), *self._copies_at_home()])
        return self

    @model_validator(mode="after")
    def _databases_fit(self) -> "Environment":
        refuse([finding for name in self.database for finding in self._database_findings(name)])
        return self

    def _database_findings(self, name: str) -> Iterator[Finding]:
        """Yield what a database asks of the network that there is not."""
        settings, at = self.database[name], ("database", name)
        if self.network is None:
            yield Finding(at, None, "needs data subnets, and there is no VPC", "write a `network` block")
            return
        if settings.corporate and self.network.direct_connect is None:
            rule = "asks for the corporate ranges, and network.direct_connect names none"
            yield Finding((*at, "corporate"), True, rule, "take it out, or write network { direct_connect { ... } }")
        for zone in sorted(set(settings.availability_zones) - set(self.network.availability_zones)):
            rule = "is not a zone of the network, which has no data subnet there"
            remedy = f"write some of {', '.join(self.network.availability_zones)}"
            yield Finding((*at, "availability_zones"), zone, rule, remedy)

    def _caches_without_network(self) -> Iterator[Finding]:
        for name in self.cache if self.network is None else ():
            yield Finding(("cache", name), None, "needs data subnets, and there is no VPC", "write a `network` block")

    def _backups_without_plan(self) -> Iterator[Finding]:
        for name, bucket in self.bucket.items():
            if bucket.backup and self.backup is None:
                yield Finding(
                    ("bucket", name, "backup"),
                    bucket.backup,
                    "asks for backups, and nothing makes any",
                    "write `backup { }`, or take it out",
                )

    def _copies_at_home(self) -> Iterator[Finding]:
        if self.backup and self.backup.copy_to_region == self.region:
            yield Finding(
                ("backup", "copy_to_region"),
                self.region,
                "is the environment's own region, whose failure a copy is for",
                "write another region, or take it out",
            )

    @property
    def state_key(self) -> str:
        """The state's object in the state bucket."""
        return self.state.key or f"{self.product}/{self.name}/terraform.tfstate"

    @property
    def state_region(self) -> str:
        """The state bucket's region."""
        return self.state.region or self.region


@dataclass(frozen=True)
class EnvironmentFile:
    """An environment and the file that it was read from."""

    document: Document
    settings: Environment

    def place(self, *location: str) -> str:
        """Return `file:line` of a key."""
        return f"{self.document.file}:{self.document.line(location)}"

    def warnings(self) -> Iterator[Problem]:
        """Yield what is allowed and yet deserves a second look."""
        if self.settings.network:
            for finding in self.settings.network.warnings():
                yield self.document.problem(("network", *finding.at), finding.value, finding.rule, finding.remedy)


def load(folder: Path) -> dict[str, EnvironmentFile]:
    """Return the environments of a folder by name, in the order of their names.

    Raises SettingsError with everything that is wrong in any of the files or between them.
    """
    problems: list[Problem] = []
    files: dict[str, EnvironmentFile] = {}
    for path in _paths(folder):
        try:
            files[path.stem] = load_file(path)
        except SettingsError as error:
            problems += error.problems
    raise_problems([*problems, *between(list(files.values()))])
    return files


def load_file(path: Path) -> EnvironmentFile:
    """Return the environment of one file, checked by itself. Raises SettingsError."""
    # First, since what is wrong with a value is otherwise told with the value.
    raise_problems(pasted_secrets(path))
    document = read(path, Environment)
    return EnvironmentFile(document, check(document, Environment, {**document.values, "name": path.stem}))


def chosen(files: Mapping[str, EnvironmentFile], name: str | None) -> list[Environment]:
    """Return the environment of this name, or all of them without one. Raises SettingsError when there is none."""
    if not name:
        return [file.settings for file in files.values()]
    if name not in files:
        folder = Path(next(iter(files.values())).document.file).parent.as_posix()
        remedy = f"write one of {', '.join(files)}"
        raise SettingsError([Problem(folder, 0, f"ENV={name}", "is not an environment of this folder", remedy)])
    return [files[name].settings]


def _paths(folder: Path) -> list[Path]:
    paths = sorted(folder.glob("*.hcl")) if folder.is_dir() else []
    if not paths:
        rule = "has no environment files" if folder.is_dir() else "is not a folder"
        remedy = "write envs/dev.hcl (README, The environment file), or name another folder with ENVS=folder"
        raise SettingsError([Problem(folder.as_posix(), 0, "the folder", rule, remedy)])
    return paths


def between(files: list[EnvironmentFile]) -> Iterator[Problem]:
    """Yield what is wrong between environments that are each right by themselves."""
    yield from _overlaps(files)
    yield from _foreign_overlaps(files)
    for one, other in combinations(files, 2):
        yield from _product_differs(one, other)
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
