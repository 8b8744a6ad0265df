"""The data module of an environment."""

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct

from modules.access.module import AccessModule
from modules.access.vpn.vpn import Vpn
from modules.data.backup.backup import Backup
from modules.data.backup.settings import BackupSettings
from modules.data.blocks import DataBlocks
from modules.data.bucket.buckets import Bucket
from modules.data.cache.cache import Cache
from modules.data.cache.keys.names import PORT as CACHE_PORT
from modules.data.database.database import Database
from modules.data.search.search import Search, SearchLogPolicy
from modules.data.secret.secrets import Secret
from modules.foundation.foundation import Foundation
from modules.network.module import NetworkModule


class DataModule(Construct):
    """Databases, caches, buckets, secrets, and searches by the names of their blocks, and AWS Backup."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        blocks: DataBlocks,
        network: NetworkModule,
        access: AccessModule,
        foundation: Foundation,
    ) -> None:
        super().__init__(scope, id)
        self._blocks = blocks
        self._network = network
        self._vpn = access.vpn
        self._foundation = foundation
        self.databases = self._build_databases()
        self.caches = self._build_caches()
        self.buckets = self._build_buckets()
        self.secrets = self._build_secrets()
        self.searches = self._build_searches()
        if blocks.backup:
            self._build_backup(blocks.backup)
        if self._vpn:
            self._attach_vpn(self._vpn)
        self._create_outputs()

    def _build_databases(self) -> dict[str, Database]:
        return {
            name: Database(
                self,
                f"database-{name}",
                name=name,
                settings=settings,
                network=self._network.vpc,
                zone=self._network.private_zone,
                foundation=self._foundation,
            )
            for name, settings in self._blocks.database.items()
        }

    def _build_caches(self) -> dict[str, Cache]:
        return {
            name: Cache(
                self,
                f"cache-{name}",
                name=name,
                settings=settings,
                network=self._network.vpc,
                foundation=self._foundation,
            )
            for name, settings in self._blocks.cache.items()
        }

    def _build_buckets(self) -> dict[str, Bucket]:
        buckets = {
            name: Bucket(self, f"bucket-{name}", name=name, settings=settings, foundation=self._foundation)
            for name, settings in self._blocks.bucket.items()
        }
        for bucket in buckets.values():
            self._network.allow_bucket(bucket.arn)
        return buckets

    def _build_secrets(self) -> dict[str, Secret]:
        return {
            name: Secret(self, f"secret-{name}", name=name, settings=settings, foundation=self._foundation)
            for name, settings in self._blocks.secret.items()
        }

    def _build_searches(self) -> dict[str, Search]:
        if not self._blocks.search:
            return {}
        log_policy = SearchLogPolicy(self, labels=list(self._blocks.search), foundation=self._foundation)
        return {
            name: Search(
                self,
                f"search-{name}",
                name=name,
                settings=settings,
                network=self._network.vpc,
                log_policy=log_policy,
                foundation=self._foundation,
            )
            for name, settings in self._blocks.search.items()
        }

    def _build_backup(self, settings: BackupSettings) -> None:
        provider = self._foundation.providers.in_region(settings.copy_to_region) if settings.copy_to_region else None
        backup = Backup(self, "backup", settings=settings, foundation=self._foundation, copy_provider=provider)
        for name, bucket in self.buckets.items():
            if self._blocks.bucket[name].backup:
                bucket.grant_read(backup.role.arn, name="backup")
                bucket.grant_write(backup.role.arn, name="restore")

        if self._vpn:
            backup.select("vpn", [self._vpn.volume_arn])

    def _attach_vpn(self, vpn: Vpn) -> None:
        """Allow the clients of the VPN to connect to what its block lists, on both sides."""
        settings = self._blocks.vpn
        assert settings is not None
        for label in settings.databases:
            database = self.databases[label]
            database.allow_ingress_from(vpn.security_group_id, "vpn")
            vpn.allow_egress_to(database.security_group_id, database.port, f"database_{label}")
            if database.proxy:
                vpn.allow_egress_to(database.proxy.security_group_id, database.proxy.port, f"database_{label}_proxy")
        for label in settings.caches:
            self.caches[label].allow_ingress_from(vpn.security_group_id, "vpn")
            vpn.allow_egress_to(self.caches[label].security_group_id, CACHE_PORT, f"cache_{label}")
        for label in settings.searches:
            # The VPN allows HTTPS to every address.
            self.searches[label].allow_ingress_from(vpn.security_group_id, "vpn")

    def _create_outputs(self) -> None:
        stack = TerraformStack.of(self)
        if self.databases:
            databases = {
                name: {
                    "host": database.host,
                    "read_only_host": database.read_only_host,
                    "endpoint": database.endpoint,
                    "port": database.port,
                    "secret_arn": database.secret_arn,
                }
                for name, database in self.databases.items()
            }
            TerraformOutput(
                stack,
                "databases",
                value=databases,
                description="Databases: names inside the VPC, and where the login is.",
            )
        if self.caches:
            endpoints = {
                name: {"primary": cache.primary_endpoint, "reader": cache.reader_endpoint}
                for name, cache in self.caches.items()
            }
            TerraformOutput(stack, "cache_endpoints", value=endpoints, description="Caches by name.")
        if self.searches:
            dashboards = {name: f"https://{search.endpoint}/_dashboards/" for name, search in self.searches.items()}
            TerraformOutput(
                stack, "search_dashboards", value=dashboards, description="OpenSearch Dashboards, inside the VPC."
            )
        if self.buckets:
            names = {name: bucket.name for name, bucket in self.buckets.items()}
            TerraformOutput(stack, "bucket_names", value=names, description="Buckets by the name of their block.")
