"""Environment variables of the functions in lambdas/, and whether a `function` block sets the required ones.

The table is the only declaration: `validate` rejects a block that lacks a variable, the reference documents the
variables, and a test compares the table with what each function in `lambdas/` reads.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from modules.events.blocks import EventsBlocks
from modules.events.function.keys.triggers import OnObject
from modules.events.function.settings import FunctionSettings
from modules.foundation.notifications import share_keys
from modules.foundation.problems import Finding
from modules.foundation.variables import variable


@dataclass(frozen=True)
class Variable:
    """An environment variable that a shipped function reads."""

    description: str
    default: str | None = None
    """None if the function does not start without it."""
    remedy: str = ""
    """What to add to the block if a required variable is missing."""
    prefix_of: Literal["source", "target"] | None = None
    """Whether it is the prefix of the objects that the function reads (source) or writes (target)."""


_DATABASE = "write a `database` block with database_name instead of the function"
_SEARCH = "write a `search` block instead of the function"

#: By the function's folder in lambdas/.
SHIPPED: Mapping[str, Mapping[str, Variable]] = {
    "database_logins": {
        "ENGINE": Variable("mysql or postgres; a `database` block sets it.", remedy=_DATABASE),
        "HOST": Variable("Endpoint of the database; a `database` block sets it.", remedy=_DATABASE),
        "PORT": Variable("Its port; a `database` block sets it.", remedy=_DATABASE),
        "NAME": Variable("The database in which users get rights; a `database` block sets it.", remedy=_DATABASE),
        "ADMINISTRATOR_SECRET_ARN": Variable(
            "ARN of the administrator's secret; a `database` block sets it.", remedy=_DATABASE
        ),
    },
    "log_documents": {
        "DELIVERY_STREAM": Variable(
            "Name of the Firehose stream that documents are put into; a `search` block sets it.", remedy=_SEARCH
        ),
    },
    "maintenance": {
        "STATUS": Variable("HTTP status code of the response, 200 to 599.", "503"),
        "RETRY_AFTER_SECONDS": Variable("Seconds after which clients should retry, at most one day.", "600"),
        "TITLE": Variable("Title of the page.", "We will be right back"),
        "MESSAGE": Variable("Text of the page.", "The service is being maintained."),
        "HEADERS": Variable("Additional response headers, as a JSON object.", "{}"),
    },
    "push": {
        "PLATFORM_APPLICATIONS": Variable(
            "ARNs of the platform applications to send to, separated by commas; a `push` block sets it.",
            remedy="write a `push` block instead of the function",
        ),
        "TTL_SECONDS": Variable(
            "Seconds for which delivery is attempted; ttl_seconds of a `push` block sets it.", "86400"
        ),
    },
    "search": {
        "ENDPOINT": Variable("Host name of the domain; a `search` block sets it.", remedy=_SEARCH),
        "INDEX": Variable("Prefix of the indices; a `search` block sets it.", remedy=_SEARCH),
        "RETENTION_DAYS": Variable("Days after which indices are deleted; a `search` block sets it.", remedy=_SEARCH),
        "REPLICAS": Variable("Copies of each shard; a `search` block sets it.", remedy=_SEARCH),
        "WRITERS": Variable("ARNs of the IAM roles that write documents, separated by commas.", ""),
        "READERS": Variable("ARNs of the IAM roles that may search; readers of a `search` block.", ""),
        "ADMINISTRATORS": Variable("ARNs of IAM roles with all permissions in the cluster.", ""),
    },
    "slack_alarm": {
        "SECRET_SLACK_WEBHOOK_ARN": Variable(
            'ARN of the secret that contains the webhook URL; secrets = ["slack-webhook"] sets it.',
            remedy='write secrets = ["slack-webhook"], or set the variable in `environment`',
        ),
        "SEVERITIES": Variable("Severities to post.", "critical,warning,info"),
        "STATES": Variable("Alarm states to post.", "ALARM,OK"),
        "RUNBOOKS": Variable(
            "URL of the page with the runbooks; messages about events link to the section of their kind.", ""
        ),
        "DASHBOARD": Variable("Name of a dashboard that each message links to.", ""),
    },
    "thumbnail": {
        "SIZES": Variable(
            "Maximum width and height of each thumbnail in pixels.",
            remedy='write environment = { SIZES = "320x320,1280x1280" }',
        ),
        "SOURCE_PREFIX": Variable("Prefix of the images.", "uploads/", prefix_of="source"),
        "TARGET_PREFIX": Variable("Prefix of the thumbnails.", "thumbnails/", prefix_of="target"),
        "CACHE_CONTROL": Variable("Cache-Control header of the thumbnails.", "public, max-age=86400"),
        "MAX_PIXELS": Variable("Maximum number of pixels of an image; larger images are not decoded.", "50000000"),
        "MAX_BYTES": Variable("Maximum size of an image in bytes; larger images are not read.", "52428800"),
    },
}


def findings(blocks: EventsBlocks) -> Iterator[Finding]:
    """Yield the blocks that do not give a function of lambdas/ what it needs."""
    for name, function in blocks.function.items():
        at = ("function", name)
        variables = {} if function.by_pipeline else SHIPPED.get(function.folder(name), {})
        yield from _missing(at, function, variables)
        prefixes = {
            each.prefix_of: (key, function.environment.get(key, each.default or ""))
            for key, each in variables.items()
            if each.prefix_of
        }
        if prefixes:
            for label, trigger in function.on_object.items():
                yield from _not_processed((*at, "on_object", label, "prefix"), trigger, *prefixes["source"])
                yield from _not_allowed(at, function, trigger, prefixes["source"][1], prefixes["target"][1])


def _missing(at: tuple[str, ...], function: FunctionSettings, variables: Mapping[str, Variable]) -> Iterator[Finding]:
    given = {*function.environment, *(variable("secret", label, "arn") for label in function.secrets)}
    for name, each in variables.items():
        if each.default is None and name not in given:
            rule = f"is not set, and {function.folder(at[1])} does not start without it"
            yield Finding((*at, "environment"), name, rule, each.remedy)


def _not_processed(at: tuple[str, ...], trigger: OnObject, variable: str, source: str) -> Iterator[Finding]:
    if not share_keys(trigger.prefix, source):
        rule = f'is not under {variable} = "{source}": the function ignores all other objects'
        remedy = f'write environment = {{ {variable} = "{trigger.prefix}" }}, or prefix = "{source}"'
        yield Finding(at, trigger.prefix, rule, remedy)


def _not_allowed(
    at: tuple[str, ...], function: FunctionSettings, trigger: OnObject, source: str, target: str
) -> Iterator[Finding]:
    """Yield the prefixes of the trigger's bucket that the function uses without permission."""
    access = function.buckets.get(trigger.bucket)
    for verb, wanted, allowed in (
        ("read", source, access.read if access else ()),
        ("write", target, access.write if access else ()),
    ):
        if not any(wanted.startswith(prefix) for prefix in allowed):
            rule = f'does not allow the function to {verb} "{wanted}", which it needs'
            yield Finding((*at, "buckets", trigger.bucket), None, rule, f'add "{verb} {wanted}"')
