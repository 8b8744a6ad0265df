"""ECR: replication with several rules, and images of other accounts.

- AWS: PutReplicationConfiguration accepts up to ten rules ([Amazon ECR service quotas]
  (https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html)), each with Regions and repository
  filters. Moto 5.2.5 rejects a second rule. Added: up to ten. Nothing is copied.
- AWS: BatchGetImage and DescribeImageScanFindings with a `registryId` read the registry of another account, if the
  repository's policy allows it. Moto looks in the caller's own. Added: the other account's. Its policy is not
  evaluated.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

#: "Amazon ECR service quotas, Rules per replication configuration".
RULES_LIMIT = 10


def install() -> None:
    """Correct Moto's replication configuration."""
    from moto.ecr.models import ECRBackend

    from local_aws.extend import add

    add(ECRBackend, _with_rules(ECRBackend.put_replication_configuration))
    for read in (ECRBackend.batch_get_image, ECRBackend.describe_image_scan_findings):
        add(ECRBackend, _of_account(read))


def _of_account(read: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Let Moto read in the registry that the request names."""

    @functools.wraps(read)
    def in_registry(backend: Any, *arguments: Any, **keys: Any) -> dict[str, Any]:
        from moto.ecr.models import ecr_backends

        given = inspect.signature(read).bind(backend, *arguments, **keys).arguments.get("registry_id")
        return read(ecr_backends[given][backend.region_name] if given else backend, *arguments, **keys)

    return in_registry


def _with_rules(put: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Let Moto check each rule separately, as it does with one rule, and then store all of them."""

    def put_replication_configuration(backend: Any, replication_config: dict[str, Any]) -> dict[str, Any]:
        from moto.ecr.exceptions import InvalidParameterException

        rules = replication_config["rules"]
        if len(rules) > RULES_LIMIT:
            raise InvalidParameterException(f"Replication configuration has more than {RULES_LIMIT} rules")
        before = backend.replication_config
        try:
            for rule in rules:
                put(backend, {"rules": [rule]})
        except Exception:
            backend.replication_config = before
            raise
        backend.replication_config = replication_config
        return {"replicationConfiguration": replication_config}

    return put_replication_configuration
