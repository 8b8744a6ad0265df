"""What every module of an environment stands on: names, addresses, keys and places for logs."""

from dataclasses import replace
from functools import cached_property

from constructs import Construct

from modules.foundation.kms import Key
from modules.foundation.logs import LogBucket, LogGroup, log_groups_may_use
from modules.foundation.names import Names
from modules.foundation.policies import allow
from modules.foundation.providers import Providers
from modules.foundation.resources import Addresses, Resources
from modules.foundation.settings import Tier


class Foundation(Construct):
    """The ground of one environment.

    Creates nothing by itself: the log bucket and each key come into being when a module first asks for them, so an
    environment pays for none that it does not use.
    """

    def __init__(self, scope: Construct, id: str, *, names: Names, tier: Tier, providers: Providers) -> None:
        super().__init__(scope, id)
        self.names = names
        self.tier = tier
        self.providers = providers
        self.addresses = Addresses()
        self._message_services: set[str] = set()
        self._make = self.resources(self, "foundation")
        self._other_log_keys: dict[str, Key] = {}

    @property
    def is_production(self) -> bool:
        """Whether what would be lost for good is protected against destruction."""
        return self.tier == "production"

    @property
    def keeps_final_snapshots(self) -> bool:
        """Whether a database leaves a snapshot behind when it is deleted."""
        return self.tier != "development"

    def create_data_key(self) -> None:
        """Create the key of databases and caches, also where there is none of them any more.

        It encrypts what outlives them: final snapshots, retained automated backups, and recovery points of databases,
        which AWS Backup keeps under the database's key ("Encryption for backups in AWS Backup",
        https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html). A key that went with the last database
        would take them with it after 30 days. It costs 1 USD a month.

        No other key needs that. What the others encrypt is deleted with its block (objects, images, messages, recovery
        points of buckets), but secrets: they can be restored for at most 30 days, and so can their key
        (docs/runbooks/state.md).
        """
        _ = self.data_key

    def resources(self, scope: Construct, prefix: str) -> Resources:
        """Return a maker of resources in the scope, whose addresses begin with the prefix."""
        return self.addresses.under(scope, prefix)

    def log_group(self, what: str, *, name: str | None = None, region: str | None = None) -> LogGroup:
        """Return a new log group for what is named, under another name or in another region where AWS asks for it."""
        region = region or self.names.region
        return LogGroup(
            self,
            f"{what}-log-group",
            make=self._make,
            names=replace(self.names, region=region),
            what=what,
            tier=self.tier,
            key=self._log_key_in(region),
            name=name,
            provider=self.providers.in_region(region) if region != self.names.region else None,
        )

    @cached_property
    def log_key(self) -> Key:
        """The key of the environment's log groups."""
        key = Key(self, "log-key", make=self._make, names=self.names, what="logs", protected=self.is_production)
        key.add_statement(log_groups_may_use(self.names))
        return key

    @cached_property
    def data_key(self) -> Key:
        """The key of databases and caches, their snapshots and what RDS keeps for them."""
        return self._key("data")

    @cached_property
    def object_key(self) -> Key:
        """The key of the objects in buckets."""
        return self._key("objects")

    @cached_property
    def secret_key(self) -> Key:
        """The key of the secrets."""
        return self._key("secrets")

    @cached_property
    def image_key(self) -> Key:
        """The key of images in repositories; ECR decrypts for whoever may pull."""
        return self._key("images")

    @cached_property
    def cluster_key(self) -> Key:
        """The key of what Kubernetes keeps as secrets; clusters use it by their roles."""
        return self._key("clusters")

    @cached_property
    def session_key(self) -> Key:
        """The key of interactive sessions: between who types and the container or instance."""
        return self._key("sessions")

    @cached_property
    def message_key(self) -> Key:
        """The key of queues, topics and streams."""
        return self._key("messages")

    def let_use_message_key(self, service: str) -> None:
        """Let a service encrypt what it puts into queues and topics of this account in its own name.

        [Amazon SQS Developer Guide, Amazon SQS Key management]
        (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html), and
        [Amazon SNS Developer Guide, Managing Amazon SNS encryption keys and costs]
        (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
        """
        if service in self._message_services:
            return
        self._message_services.add(service)
        self.message_key.add_statement(
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
        """The key of the backup vault: what it holds outlives the keys of what was backed up."""
        return self._key("backups")

    @cached_property
    def log_bucket(self) -> LogBucket:
        """The bucket for logs that AWS services deliver as files."""
        return LogBucket(self, "log-bucket", make=self._make, names=self.names, tier=self.tier)

    def _log_key_in(self, region: str) -> Key:
        """Return the key of the log groups in a region: a log group takes none of another region."""
        if region == self.names.region:
            return self.log_key
        if region not in self._other_log_keys:
            names = replace(self.names, region=region)
            key = Key(
                self,
                f"log-key-{region}",
                make=self._make,
                names=names,
                what=f"logs-{region}",
                protected=self.is_production,
                provider=self.providers.in_region(region),
            )
            key.add_statement(log_groups_may_use(names))
            self._other_log_keys[region] = key
        return self._other_log_keys[region]

    def _key(self, what: str) -> Key:
        return Key(self, f"{what}-key", make=self._make, names=self.names, what=what, protected=self.is_production)
