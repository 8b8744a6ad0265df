"""The IDs of caches and of their users, and the port of caches."""

from modules.foundation.names import Names

#: The port that both engines listen on by default.
PORT = 6379
#: [CreateReplicationGroup, ReplicationGroupId]
#: (https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html); used for the IDs
#: of users and user groups too.
ID_LIMIT = 40


def cache_id(names: Names, label: str) -> str:
    """Return the ID of the replication group of a `cache` block."""
    return names.of(label, ID_LIMIT)


def cache_user_id(names: Names, label: str, user: str) -> str:
    """Return the ID and name of a cache's user; IAM authentication requires that both are the same."""
    return names.of(f"{label}-{user}", ID_LIMIT)
