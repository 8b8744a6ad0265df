"""The foundation of an environment, used by every module: names, addresses, KMS keys, and log destinations."""

from dataclasses import replace
from functools import cached_property

from constructs import Construct

from modules.foundation.kms import Key
from modules.foundation.logs import LogBucket, LogGroup, log_group_statement
from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow
from modules.foundation.providers import Providers
from modules.foundation.resources import Addresses, Resources
from modules.foundation.settings import Tier


class Foundation(Construct):
    """The foundation of one environment.

    Creates nothing by itself: the log bucket and each key are created when a module first uses them, so an environment
    does not pay for unused ones.
    """

    def __init__(self, scope: Construct, id: str, *, names: Names, tier: Tier, providers: Providers) -> None:
        super().__init__(scope, id)
        self.names = names
        self.tier = tier
        self.providers = providers
        self.addresses = Addresses()
        self._message_services: set[tuple[str, str]] = set()
        self._make = self.resources(self, "foundation")
        self._keys_in_other_regions: dict[tuple[str, str], Key] = {}

    @property
    def is_production(self) -> bool:
        """Whether resources that cannot be restored are protected against destruction."""
        return self.tier == "production"

    @property
    def keeps_final_snapshots(self) -> bool:
        """Whether a final snapshot of a database is created when the database is deleted."""
        return self.tier != "development"

    def create_data_key(self) -> None:
        """Create the KMS key of databases and caches, even if the environment no longer has any.

        The key also encrypts what remains after their deletion: final snapshots, retained automated backups, and
        recovery points of databases, which AWS Backup encrypts with the database's key ([AWS Backup Developer Guide,
        Encryption for backups in AWS Backup]
        (https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html)). If the key were deleted with the
        last database, these would be unreadable after 30 days. The key costs 1 USD a month.

        No other key needs this. What the other keys encrypt is deleted with its block (objects, images, messages,
        recovery points of buckets), except secrets: they can be restored for at most 30 days, and so can their key
        (docs/runbooks/state.md).
        """
        _ = self.data_key

    def resources(self, scope: Construct, prefix: str) -> Resources:
        """Return a factory of resources in the scope, whose addresses begin with the prefix."""
        return self.addresses.under(scope, prefix)

    def log_group(self, purpose: str, *, name: str | None = None, region: str | None = None) -> LogGroup:
        """Return a new log group for `purpose`; AWS requires another name or another Region for some of them."""
        region = region or self.names.region
        return LogGroup(
            self,
            f"{purpose}-log-group",
            make=self._make,
            names=replace(self.names, region=region),
            purpose=purpose,
            tier=self.tier,
            key=self._log_key_in(region),
            name=name,
            provider=self.providers.elsewhere(region),
        )

    @cached_property
    def log_key(self) -> Key:
        """The KMS key of the environment's log groups."""
        key = Key(self, "log-key", make=self._make, names=self.names, purpose="logs", protected=self.is_production)
        key.add_statements(log_group_statement(self.names))
        return key

    @cached_property
    def data_key(self) -> Key:
        """The KMS key of databases, caches, and searches, their snapshots, and what RDS stores for them."""
        return self._key("data")

    @cached_property
    def object_key(self) -> Key:
        """The KMS key of the objects in buckets."""
        return self._key("objects")

    @cached_property
    def secret_key(self) -> Key:
        """The KMS key of the secrets."""
        return self._key("secrets")

    @cached_property
    def image_key(self) -> Key:
        """The KMS key of images in repositories; ECR decrypts for everyone who has permission to pull."""
        return self._key("images")

    @cached_property
    def cluster_key(self) -> Key:
        """The KMS key of Kubernetes secrets; EKS clusters use it through their roles."""
        return self._key("clusters")

    @cached_property
    def session_key(self) -> Key:
        """The KMS key of interactive sessions: it encrypts between the user and the container or instance."""
        return self._key("sessions")

    @cached_property
    def message_key(self) -> Key:
        """The KMS key of queues, topics, and streams."""
        return self._key("messages")

    def session_key_in(self, region: str) -> Key:
        """Return the KMS key of interactive sessions in a Region."""
        return self.session_key if region == self.names.region else self._key_in(region, "sessions")

    def message_key_in(self, region: str) -> Key:
        """Return the KMS key of the queues, topics, and streams in a Region."""
        return self.message_key if region == self.names.region else self._key_in(region, "messages")

    def grant_message_key(self, service: str, region: str | None = None) -> None:
        """Allow an AWS service to encrypt, on its own behalf, what it sends to queues and topics of this account.

        [Amazon SQS Developer Guide, Amazon SQS Key management]
        (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html), and
        [Amazon SNS Developer Guide, Managing Amazon SNS encryption keys and costs]
        (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
        """
        region = region or self.names.region
        if (service, region) in self._message_services:
            return
        self._message_services.add((service, region))
        self.message_key_in(region).add_statements(
            allow(
                f"From{service.capitalize()}",
                principal={"Service": f"{service}.amazonaws.com"},
                actions=["kms:GenerateDataKey", "kms:Decrypt"],
                resources=["*"],
                condition={"StringEquals": {"aws:SourceAccount": self.names.account_id}},
            )
        )

    @cached_property
    def backup_key(self) -> Key:
        """The KMS key of the backup vault: recovery points outlive the keys of the backed-up resources."""
        return self._key("backups")

    @cached_property
    def log_bucket(self) -> LogBucket:
        """The bucket for logs that AWS services deliver to S3."""
        return LogBucket(self, "log-bucket", make=self._make, names=self.names, tier=self.tier)

    def _log_key_in(self, region: str) -> Key:
        """Return the key of the log groups in a Region: a log group cannot use a key of another Region."""
        if region == self.names.region:
            return self.log_key
        return self._key_in(region, "logs", log_group_statement(replace(self.names, region=region)))

    def _key_in(self, region: str, purpose: str, *statements: Statement) -> Key:
        """Return a purpose's key in another Region, created with these statements on the first use."""
        if (purpose, region) not in self._keys_in_other_regions:
            key = self._keys_in_other_regions[purpose, region] = Key(
                self,
                f"{purpose.removesuffix('s')}-key-{region}",
                make=self._make,
                names=replace(self.names, region=region),
                purpose=f"{purpose}-{region}",
                protected=self.is_production,
                provider=self.providers.in_region(region),
            )
            key.add_statements(*statements)
        return self._keys_in_other_regions[purpose, region]

    def _key(self, purpose: str) -> Key:
        return Key(
            self, f"{purpose}-key", make=self._make, names=self.names, purpose=purpose, protected=self.is_production
        )
