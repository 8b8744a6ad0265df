"""The HCL blocks of the data module."""

from pydantic import Field

from modules.access.blocks import AccessBlocks
from modules.data.backup.settings import BackupSettings
from modules.data.bucket.settings import BucketSettings
from modules.data.cache.settings import CacheSettings
from modules.data.database.settings import DatabaseSettings
from modules.data.search.settings import SearchSettings
from modules.data.secret.settings import SecretSettings
from modules.foundation.settings import Label


class DataBlocks(AccessBlocks):
    """The blocks of the data module."""

    database: dict[Label, DatabaseSettings] = Field(
        default_factory=dict, description="Aurora clusters and RDS DB instances, by name."
    )
    cache: dict[Label, CacheSettings] = Field(default_factory=dict, description="ElastiCache caches, by name.")
    bucket: dict[Label, BucketSettings] = Field(default_factory=dict, description="Private S3 buckets, by name.")
    secret: dict[Label, SecretSettings] = Field(
        default_factory=dict, description="Secrets, by name. `python -m ops secret set NAME` stores the value."
    )
    search: dict[Label, SearchSettings] = Field(
        default_factory=dict,
        description="OpenSearch domains with the logs of the last days, by name. Services, scheduled tasks, functions, "
        "and the firewall send their logs to one with the key `search`.",
    )
    backup: BackupSettings | None = Field(
        default=None, description='AWS Backup for every resource with backup = "daily".'
    )
