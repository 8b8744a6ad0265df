"""The stacks: one for each environment, and one for what an account has only one of.

The only file that knows every wing.
"""

from dataclasses import replace
from functools import cached_property

from cdktf import TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

from modules.data.backup import Backup
from modules.data.backup_settings import BackupSettings
from modules.data.buckets import Bucket
from modules.data.cache import Cache
from modules.data.database import Database
from modules.data.secrets import Secret
from modules.delivery.state import ACCOUNT, StateBucket, keep_state
from modules.foundation.foundation import Foundation
from modules.foundation.names import Names
from modules.foundation.resources import Addresses
from modules.network.dns import PrivateZone
from modules.network.endpoints import Endpoints
from modules.network.interconnect import DirectConnect
from modules.network.settings import NetworkSettings
from modules.network.vpc import Network
from modules.settings import Environment

#: S3 locks by an object beside the state, `use_lockfile`, from this release of Terraform (and of OpenTofu) on.
REQUIRED_TERRAFORM = ">= 1.10"


class EnvironmentStack(TerraformStack):
    """One environment: provider, remote state, tags, then the wings from the ground up."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, environment.name)
        self._environment = environment
        names = Names(environment.product, environment.name, environment.account_id, environment.region)
        _require_terraform(self)
        _use_aws(self, names, {**environment.tags, "tier": environment.tier})
        keep_state(self, names=account_names(environment), key=environment.state_key)
        self._foundation = Foundation(self, "foundation", names=names, tier=environment.tier)
        self._endpoints: Endpoints | None = None
        if environment.network:
            self._build_network(environment.network)
        self._build_databases()
        self._build_caches()
        self._build_buckets()
        self._build_secrets()
        if environment.backup:
            self._build_backup(environment.backup)

    def _build_network(self, settings: NetworkSettings) -> None:
        network = Network(self, "network", settings=settings, foundation=self._foundation)
        self._network = network
        self._endpoints = Endpoints(self, "endpoints", network=network, foundation=self._foundation)
        if settings.direct_connect:
            DirectConnect(
                self,
                "direct-connect",
                settings=settings.direct_connect,
                network=network,
                foundation=self._foundation,
            )
        self._print_network(network)

    @cached_property
    def _private_zone(self) -> PrivateZone:
        """The zone of names inside the VPC, made when a wing first asks for it."""
        return PrivateZone(self, "private-zone", network=self._network, foundation=self._foundation)

    def _build_databases(self) -> None:
        self._databases = {
            name: Database(
                self,
                f"database-{name}",
                name=name,
                settings=settings,
                network=self._network,
                zone=self._private_zone,
                foundation=self._foundation,
            )
            for name, settings in self._environment.database.items()
        }
        if self._databases:
            told = {
                name: {
                    "host": database.host,
                    "read_only_host": database.read_only_host,
                    "endpoint": database.endpoint,
                    "port": database.port,
                    "secret_arn": database.secret_arn,
                }
                for name, database in self._databases.items()
            }
            TerraformOutput(
                self, "databases", value=told, description="Databases: names inside the VPC, and where the login is."
            )

    def _build_caches(self) -> None:
        self._caches = {
            name: Cache(
                self,
                f"cache-{name}",
                name=name,
                settings=settings,
                network=self._network,
                foundation=self._foundation,
            )
            for name, settings in self._environment.cache.items()
        }
        if self._caches:
            endpoints = {
                name: {"primary": cache.primary_endpoint, "reader": cache.reader_endpoint}
                for name, cache in self._caches.items()
            }
            TerraformOutput(self, "cache_endpoints", value=endpoints, description="Caches by name.")

    def _build_buckets(self) -> None:
        self._buckets = {
            name: Bucket(self, f"bucket-{name}", name=name, settings=settings, foundation=self._foundation)
            for name, settings in self._environment.bucket.items()
        }
        if self._endpoints:
            for bucket in self._buckets.values():
                self._endpoints.allow_bucket(bucket.arn)
        if self._buckets:
            names = {name: bucket.name for name, bucket in self._buckets.items()}
            TerraformOutput(self, "bucket_names", value=names, description="Buckets by the name of their block.")

    def _build_secrets(self) -> None:
        self._secrets = {
            name: Secret(self, f"secret-{name}", name=name, settings=settings, foundation=self._foundation)
            for name, settings in self._environment.secret.items()
        }

    def _build_backup(self, settings: BackupSettings) -> None:
        provider = self._use_another_region(settings.copy_to_region) if settings.copy_to_region else None
        backup = Backup(self, "backup", settings=settings, foundation=self._foundation, copy_provider=provider)
        for name, bucket in self._buckets.items():
            if self._environment.bucket[name].backup:
                bucket.allow_read(backup.role_arn, name="backup")
                bucket.allow_write(backup.role_arn, name="restore")

    def _use_another_region(self, region: str) -> AwsProvider:
        """Return a provider for a second region, by the region's name as its alias."""
        environment = self._environment
        names = replace(self._foundation.names, region=region)
        return _use_aws(self, names, {**environment.tags, "tier": environment.tier}, alias=region)

    def _print_network(self, network: Network) -> None:
        tiers = {"public": network.public, "app": network.app, "data": network.data, "endpoint": network.endpoint}
        TerraformOutput(self, "vpc_id", value=network.vpc_id, description="The VPC.")
        TerraformOutput(
            self,
            "subnet_ids",
            value={tier: dict(subnets.ids) for tier, subnets in tiers.items() if subnets},
            description="Subnets by tier and zone.",
        )
        TerraformOutput(
            self,
            "nat_addresses",
            value=network.routing.nat_addresses,
            description="Addresses from which the app tier reaches the internet, by zone; partners may let them in.",
        )


class AccountStack(TerraformStack):
    """An account's bootstrap: its state bucket, and later whatever else an account has only one of."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        """Take the account of the environment: all environments of an account agree about it."""
        super().__init__(scope, account_stack_name(environment.account_id))
        names = account_names(environment)
        _require_terraform(self)
        _use_aws(self, names, {})
        keep_state(self, names=names, key=f"{environment.product}/{ACCOUNT}/terraform.tfstate")
        StateBucket(self, "state", make=Addresses().under(self, "delivery"), names=names)


def account_stack_name(account_id: str) -> str:
    """Return the name of the account's bootstrap stack."""
    return f"{ACCOUNT}-{account_id}"


def account_names(environment: Environment) -> Names:
    """Return the names of what the environment's account has only one of."""
    return Names(environment.product, ACCOUNT, environment.account_id, environment.state_region)


def _require_terraform(stack: TerraformStack) -> None:
    stack.add_override("terraform.required_version", REQUIRED_TERRAFORM)


def _use_aws(stack: TerraformStack, names: Names, tags: dict[str, str], alias: str | None = None) -> AwsProvider:
    ours = {"product": names.product, "environment": names.environment, "managed_by": "terraform"}
    return AwsProvider(
        stack,
        f"aws-{alias}" if alias else "aws",
        alias=alias,
        region=names.region,
        # The fence between environments: credentials of another account are refused before anything is planned.
        allowed_account_ids=[names.account_id],
        default_tags=[AwsProviderDefaultTags(tags={**tags, **ours})],
    )
