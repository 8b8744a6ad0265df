"""What a cluster with logs needs, and Terraform's AWS provider cannot create.

The paths and bodies are those of [OpenSearch, Security APIs]
(https://docs.opensearch.org/latest/security/api/index/), [Index templates]
(https://docs.opensearch.org/latest/im-plugin/index-templates/), and [CAT indices]
(https://docs.opensearch.org/latest/api-reference/cat/cat-indices/).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from .cluster import Cluster
from .settings import Settings

_SECURITY = "_plugins/_security/api"
#: Queries and documents that take longer are in the slow logs.
_SLOW = "5s"
#: The predefined role that everyone needs who uses OpenSearch Dashboards ([Fine-grained access control in Amazon
#: OpenSearch Service, Creating roles]
#: (https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html)).
_DASHBOARDS = "opensearch_dashboards_user"


def template(settings: Settings) -> Mapping[str, Any]:
    """Return the template of the indices.

    `fields` is one field whatever keys messages have: separate fields would reach the limit of an index, and a key with
    a number in one message and a text in another would make OpenSearch reject the second.
    """
    keyword = {"type": "keyword"}
    return {
        "index_patterns": [f"{settings.index}-*"],
        "template": {
            "settings": {
                "index.number_of_shards": 1,
                "index.number_of_replicas": settings.replicas,
                "index.search.slowlog.threshold.query.warn": _SLOW,
                "index.indexing.slowlog.threshold.index.warn": _SLOW,
            },
            "mappings": {
                "properties": {
                    "@timestamp": {"type": "date"},
                    "log_group": keyword,
                    "log_stream": keyword,
                    "message": {"type": "text"},
                    "fields": {"type": "flat_object"},
                }
            },
        },
    }


def roles(index: str) -> dict[str, Mapping[str, Any]]:
    """Return the roles in the cluster, with their permissions."""
    indices = [f"{index}*"]
    return {
        "log_writer": {
            "cluster_permissions": ["cluster_monitor", "cluster_composite_ops"],
            "index_permissions": [
                {"index_patterns": indices, "allowed_actions": ["write", "create_index", "indices_monitor"]},
                {"index_patterns": ["*"], "allowed_actions": ["indices_monitor", "indices:admin/mappings/get"]},
            ],
        },
        "log_reader": {
            "cluster_permissions": ["cluster_composite_ops_ro"],
            "index_permissions": [{"index_patterns": indices, "allowed_actions": ["read", "indices_monitor"]}],
        },
        "log_administrator": {
            "cluster_permissions": ["*"],
            "index_permissions": [{"index_patterns": ["*"], "allowed_actions": ["*"]}],
            "tenant_permissions": [{"tenant_patterns": ["*"], "allowed_actions": ["kibana_all_write"]}],
        },
    }


def set_up(cluster: Cluster, settings: Settings) -> None:
    """Set up the index template, roles, role mappings, and audit logs, all of which may exist. Raises ClusterError."""
    cluster.put(f"_index_template/{settings.index}", template(settings))
    for name, role in roles(settings.index).items():
        cluster.put(f"{_SECURITY}/roles/{name}", role)
    people = [*settings.readers, *settings.administrators]
    mapped = {
        "log_writer": settings.writers,
        "log_reader": settings.readers,
        "log_administrator": settings.administrators,
        _DASHBOARDS: people,
    }
    for name, backend_roles in mapped.items():
        cluster.put(f"{_SECURITY}/rolesmapping/{name}", {"backend_roles": list(backend_roles)})
    audit = cluster.get(f"{_SECURITY}/audit")["config"]
    if not audit["enabled"]:
        cluster.put(f"{_SECURITY}/audit/config", {**audit, "enabled": True})


def delete_expired(cluster: Cluster, settings: Settings, today: date) -> Iterator[str]:
    """Delete the indices of days before the retention, and yield their names. Raises ClusterError."""
    first = today - timedelta(days=settings.retention_days)
    for row in cluster.get(f"_cat/indices/{settings.index}-*?format=json&h=index"):
        day = _day(row["index"], settings.index)
        if day and day < first:
            cluster.delete(row["index"])
            yield row["index"]


def _day(name: str, index: str) -> date | None:
    """Return the day of an index that Firehose has created, logs-2026-02-25; None for any other."""
    match = re.fullmatch(rf"{index}-(\d{{4}}-\d\d-\d\d)", name)
    return date.fromisoformat(match[1]) if match else None
