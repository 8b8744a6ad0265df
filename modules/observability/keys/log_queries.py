"""Queries of CloudWatch Logs Insights that people ask first, by what writes the logs.

The language is [CloudWatch Logs Insights language query syntax]
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html). A comment in a query says what it
assumes about the logs.
"""

from collections.abc import Mapping
from typing import Literal

#: What writes the logs. The logs of the firewall in front of sites are in another Region than those of load balancers.
Source = Literal["audit", "tasks", "functions", "mysql", "postgres", "firewall", "firewall-of-sites"]

_ERRORS = """\
# JSON logs with a level, or any text with one of these words.
fields @timestamp, @log, @logStream, @message
| filter level in ["ERROR", "CRITICAL", "FATAL"] or @message like /(?i)(error|exception|fatal)/
| sort @timestamp desc
| limit 100
"""
_ERRORS_BY_TIME = """\
# JSON logs with a level, or any text with one of these words.
filter level in ["ERROR", "CRITICAL", "FATAL"] or @message like /(?i)(error|exception|fatal)/
| stats count(*) as errors by bin(5m), @log
| sort errors desc
"""
_BY_RULE = """\
filter action = "BLOCK"
| stats count(*) as requests by terminatingRuleId
| sort requests desc
"""
_BY_ADDRESS = """\
filter action = "BLOCK"
| stats count(*) as requests by httpRequest.clientIp, httpRequest.country
| sort requests desc
| limit 50
"""
#: [Log fields for web ACL traffic](https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html).
_FIREWALL = {"blocked-by-rule": _BY_RULE, "blocked-addresses": _BY_ADDRESS}

QUERIES: Mapping[Source, Mapping[str, str]] = {
    # The lines that the commands write (ops/audit.py).
    "audit": {
        "changes": """\
fields @timestamp, event, result, who, user, commit, job
| sort @timestamp desc
| limit 100
""",
    },
    "tasks": {
        "errors": _ERRORS,
        "errors-by-time": _ERRORS_BY_TIME,
        "errors-by-route": """\
# JSON logs of requests with their status and route.
filter status >= 500
| stats count(*) as errors by route, status
| sort errors desc
| limit 50
""",
        "starts": """\
# Each task has a log stream of its own: many new ones are restarts.
stats min(@timestamp) as first_event, max(@timestamp) as last_event, count(*) as events by @logStream
| sort first_event desc
| limit 50
""",
    },
    # The functions have JSON logs: [Lambda Developer Guide, Lambda Telemetry API Event schema reference,
    # platform.report](https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#platform-report).
    "functions": {
        "errors": _ERRORS,
        "failed-invocations": """\
filter type = "platform.report" and record.status != "success"
| stats count(*) as invocations by @log, record.status, record.errorType
| sort invocations desc
""",
        "slowest": """\
fields @timestamp, @log, record.requestId, record.metrics.durationMs, record.metrics.maxMemoryUsedMB
| filter type = "platform.report"
| sort record.metrics.durationMs desc
| limit 50
""",
        "cold-starts": """\
filter type = "platform.report" and ispresent(record.metrics.initDurationMs)
| stats count(*) as cold_starts, max(record.metrics.initDurationMs) as longest_milliseconds by @log, bin(1h)
| sort cold_starts desc
""",
    },
    # [MySQL 8.0 Reference Manual, The Slow Query Log](https://dev.mysql.com/doc/refman/8.0/en/slow-query-log.html).
    "mysql": {
        "slow-statements": """\
parse @message /Query_time: (?<seconds>[0-9.]+)\\s+Lock_time: (?<locked>[0-9.]+)\\s+Rows_sent: (?<sent>[0-9]+)\\s+Rows_examined: (?<examined>[0-9]+)/
| filter ispresent(seconds)
| display @timestamp, @log, seconds, locked, sent, examined, @message
| sort seconds desc
| limit 50
""",  # noqa: E501 - a pattern is one line
    },
    # [PostgreSQL, Error Reporting and Logging, log_min_duration_statement]
    # (https://www.postgresql.org/docs/current/runtime-config-logging.html).
    "postgres": {
        "slow-statements": """\
parse @message /duration: (?<milliseconds>[0-9.]+) ms/
| filter ispresent(milliseconds)
| display @timestamp, @log, milliseconds, @message
| sort milliseconds desc
| limit 50
""",
    },
    "firewall": _FIREWALL,
    "firewall-of-sites": _FIREWALL,
}
