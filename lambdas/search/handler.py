"""Sets up an OpenSearch cluster for logs, and deletes the indices of days that are older than the retention.

Its role is the master user of the cluster, so that neither a password nor a person is needed for it. Each run writes
the index template, the roles, and the role mappings again, so a change of the block takes effect within an hour, and
so does a new cluster. It runs every hour, and documents wait for two hours in Firehose until the cluster accepts
them.

If the cluster does not respond or rejects a request, the function fails, and its alarm notifies.

Environment variables, all of which a `search` block sets:
- ENDPOINT: host name of the domain. Required.
- INDEX: prefix of the indices. Required.
- RETENTION_DAYS: days after which indices are deleted. Required.
- REPLICAS: copies of each shard, 0 for a single node. Required.
- WRITERS, READERS, ADMINISTRATORS: ARNs of IAM roles, separated by commas.

Permissions: es:ESHttpGet, es:ESHttpPut, and es:ESHttpDelete on the domain.
"""

import os
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from .cluster import Cluster
from .settings import Settings
from .setup import delete_expired, set_up

logger = Logger(service="search")
settings = Settings.read(os.environ)
cluster = Cluster(settings.endpoint)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Run once. Raises ClusterError."""
    set_up(cluster, settings)
    for name in delete_expired(cluster, settings, datetime.now(UTC).date()):
        logger.info("deleted", index=name)
