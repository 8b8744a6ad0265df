"""HCL blocks of the data module."""

from pydantic import Field

from modules.data.backup.settings import BackupSettings
from modules.data.bucket.settings import BucketSettings
from modules.data.cache.settings import CacheSettings
from modules.data.database.settings import DatabaseSettings
from modules.data.secret.settings import SecretSettings
from modules.foundation.settings import Label, Settings


class DataBlocks(Settings):
    """The blocks that the data module builds."""

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
