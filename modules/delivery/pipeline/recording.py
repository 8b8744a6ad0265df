"""What a role may write to the audit log of an environment."""

from modules.foundation.names import AUDIT, Names
from modules.foundation.policies import Statement, allow


def recording_statements(names: Names, *streams: str) -> list[Statement]:
    """Return the statements to write to these streams of the environment's audit log, and to no others."""
    group = f"arn:aws:logs:{names.region}:{names.account_id}:log-group:{names.log_group(AUDIT)}"
    return [
        allow("AuditStreams", actions=["logs:CreateLogStream"], resources=[f"{group}:*"]),
        allow(
            "AuditLines",
            actions=["logs:PutLogEvents"],
            resources=[f"{group}:log-stream:{stream}" for stream in streams],
        ),
    ]
