"""ElastiCache parameters of Valkey and of Redis OSS 7 and later."""

import difflib
import re
from collections.abc import Iterator, Mapping

from modules.foundation.problems import Finding

_YES_NO = "yes no"
_FROM_0 = range(2**63)
#: Modifiable parameters and their values: words, or a range of integers; None if the page lists no values. [Amazon
#: ElastiCache User Guide, Engine specific parameters, Valkey and Redis OSS parameters]
#: (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html).
CHANGEABLE: Mapping[str, str | range | None] = {
    "acl-pubsub-default": "resetchannels allchannels",
    "acllog-max-len": _FROM_0,
    "active-defrag-cycle-max": range(1, 76),
    "active-defrag-cycle-min": range(1, 76),
    "active-defrag-ignore-bytes": range(10_485_760, 104_857_601),
    "active-defrag-max-scan-fields": range(1, 1_000_001),
    "active-defrag-threshold-lower": range(1, 101),
    "active-defrag-threshold-upper": range(1, 101),
    "active-expire-effort": range(1, 11),
    "activedefrag": _YES_NO,
    "client-output-buffer-limit-normal-hard-limit": _FROM_0,
    "client-output-buffer-limit-normal-soft-limit": _FROM_0,
    "client-output-buffer-limit-normal-soft-seconds": _FROM_0,
    "client-output-buffer-limit-pubsub-hard-limit": _FROM_0,
    "client-output-buffer-limit-pubsub-soft-limit": _FROM_0,
    "client-output-buffer-limit-pubsub-soft-seconds": _FROM_0,
    "client-query-buffer-limit": range(1_048_576, 1_073_741_825),
    "close-on-replica-write": _YES_NO,
    "cluster-allow-pubsub-shard-when-down": _YES_NO,
    "cluster-allow-reads-when-down": _YES_NO,
    "cluster-preferred-endpoint-type": "ip tls-dynamic",
    "cluster-require-full-coverage": _YES_NO,
    "databases": range(1, 1_200_001),
    "hash-max-listpack-entries": _FROM_0,
    "hash-max-listpack-value": _FROM_0,
    "hll-sparse-max-bytes": _FROM_0,
    "latency-tracking": _YES_NO,
    "lazyfree-lazy-eviction": _YES_NO,
    "lazyfree-lazy-expire": _YES_NO,
    "lazyfree-lazy-server-del": _YES_NO,
    "lazyfree-lazy-user-del": _YES_NO,
    "lfu-decay-time": _FROM_0,
    "lfu-log-factor": range(1, 2**63),
    "list-compress-depth": _FROM_0,
    "list-max-listpack-size": None,
    "maxmemory-policy": "allkeys-lru volatile-lru allkeys-lfu volatile-lfu allkeys-random volatile-random volatile-ttl "
    "noeviction",
    "maxmemory-samples": range(1, 2**31),
    "min-replicas-max-lag": _FROM_0,
    "min-replicas-to-write": _FROM_0,
    "notify-keyspace-events": None,
    "proto-max-bulk-len": range(1_048_576, 536_870_913),
    "rename-commands": None,
    "repl-backlog-size": _FROM_0,
    "repl-backlog-ttl": _FROM_0,
    "reserved-memory": _FROM_0,
    "reserved-memory-percent": range(101),
    "search-fanout-target-mode": "client throughput",
    "set-max-intset-entries": _FROM_0,
    "set-max-listpack-entries": _FROM_0,
    "set-max-listpack-value": _FROM_0,
    "slowlog-log-slower-than": None,
    "slowlog-max-len": _FROM_0,
    "stream-node-max-bytes": _FROM_0,
    "stream-node-max-entries": _FROM_0,
    "tcp-keepalive": _FROM_0,
    "timeout": _FROM_0,
    "tracking-table-max-keys": _FROM_0,
    "zset-max-listpack-entries": _FROM_0,
    "zset-max-listpack-value": _FROM_0,
}
#: Parameters that cannot be modified, from the same page; `cluster-enabled` depends on the kind of cache, and a `cache`
#: block has one shard.
FIXED = (
    "activerehashing",
    "appendfsync",
    "appendonly",
    "client-output-buffer-limit-replica-hard-limit",
    "client-output-buffer-limit-replica-soft-limit",
    "client-output-buffer-limit-replica-soft-seconds",
    "cluster-enabled",
    "lua-time-limit",
    "maxmemory",
    "repl-timeout",
    "replica-allow-chaining",
    "replica-ignore-maxmemory",
    "replica-lazy-flush",
)
#: Prefixes of parameters of modules and of Valkey 8.1 and later; the table has only some of these.
_NEWER = ("bf.", "commandlog-", "json.", "search-")


def parameter_findings(parameters: Mapping[str, str]) -> Iterator[Finding]:
    """Yield unknown parameters, parameters that cannot be modified, and invalid values."""
    for name, value in parameters.items():
        problem = _name_problem(name) or _value_problem(name, value)
        if problem:
            yield Finding(("parameters", name), value, *problem)


def _name_problem(name: str) -> tuple[str, str] | None:
    if name == "cluster-enabled":
        return "sets cluster mode, and a `cache` block has one shard without cluster mode", "remove it"
    if name in FIXED:
        return "is a parameter that cannot be modified in ElastiCache", "remove it"
    if name in CHANGEABLE or name.startswith(_NEWER):
        return None
    nearest = difflib.get_close_matches(name, CHANGEABLE, n=1, cutoff=0.8)
    remedy = f"write {nearest[0]}" if nearest else "remove it"
    addition = "if a new version has it, add it to modules/data/cache/keys/parameters.py"
    return "is not an ElastiCache parameter of Valkey or Redis OSS 7", f"{remedy}; {addition}"


def _value_problem(name: str, value: str) -> tuple[str, str] | None:
    values = CHANGEABLE.get(name)
    if isinstance(values, str) and value not in values.split():
        return f"is not a valid value of {name}", f"write one of {', '.join(values.split())}"
    if isinstance(values, range) and not (re.fullmatch(r"\d+", value) and int(value) in values):
        maximum = f" to {values[-1]}" if values.stop < 2**63 else " or more"
        return f"is not a valid value of {name}", f"write an integer, {values[0]}{maximum}"
    return None
