"""Managed policies of a cluster's roles."""

import re
from collections.abc import Iterable


def policies_by_address(address: str, policy_arns: Iterable[str]) -> dict[str, str]:
    """Return the ARNs of a role's managed policies by the addresses of their attachments, which end in their names."""
    return {f"{address}_{re.sub(r'[^a-z0-9]+', '_', arn.rpartition('/')[2].lower())}": arn for arn in policy_arns}
