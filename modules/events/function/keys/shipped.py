"""Environment variables of the functions in lambdas/, and whether a `function` block sets what its function needs.

The table is declared once: `validate` refuses a block that the function could do nothing with, the reference documents
the variables, and a test compares the table with what each function of `lambdas/` really reads.
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
    """None where the function does not start without it."""
    remedy: str = ""
    """What to write into the block where a required one is missing."""
    prefix_of: Literal["source", "target"] | None = None
    """Whether it is the prefix of the objects that the function reads, or of those that it writes."""


#: By the folder in lambdas/.
SHIPPED: Mapping[str, Mapping[str, Variable]] = {
    "maintenance": {
        "STATUS": Variable("The answer's status, 200 to 599.", "503"),
        "RETRY_AFTER_SECONDS": Variable("Seconds after which clients try again, up to a day.", "600"),
        "TITLE": Variable("The page's title.", "We will be right back"),
        "MESSAGE": Variable("What the page says.", "The service is being maintained."),
        "HEADERS": Variable("Further headers of the answer, as a JSON object.", "{}"),
    },
    "push": {
        "PLATFORM_APPLICATIONS": Variable(
            "ARNs of the platform applications that are sent to, with commas between; a `push` block sets it.",
            remedy="write a `push` block in place of the function",
        ),
        "TTL_SECONDS": Variable(
            "Seconds that a notification is worth delivering; ttl_seconds of a `push` block sets it.", "86400"
        ),
    },
    "slack_alarm": {
        "SECRET_SLACK_WEBHOOK_ARN": Variable(
            'The secret with the webhook\'s address; secrets = ["slack-webhook"] sets it.',
            remedy='write secrets = ["slack-webhook"], or name the secret in its environment',
        ),
        "SEVERITIES": Variable("The severities that are posted.", "critical,warning,info"),
        "STATES": Variable("The alarm states that are posted.", "ALARM,OK"),
        "DASHBOARD": Variable("The address of a dashboard, which each message then links.", ""),
    },
    "thumbnail": {
        "SIZES": Variable(
            "Boxes in pixels that thumbnails fit into.", remedy='write environment = { SIZES = "320x320,1280x1280" }'
        ),
        "SOURCE_PREFIX": Variable("Where the pictures are.", "uploads/", prefix_of="source"),
        "TARGET_PREFIX": Variable("Where the thumbnails are put.", "thumbnails/", prefix_of="target"),
        "CACHE_CONTROL": Variable("Cache-Control of the thumbnails.", "public, max-age=86400"),
        "MAX_PIXELS": Variable("Pixels of the largest picture that is unpacked.", "50000000"),
        "MAX_BYTES": Variable("Bytes of the largest picture that is read.", "52428800"),
    },
}


def findings(blocks: EventsBlocks) -> Iterator[Finding]:
    """Yield where a block does not give a shipped function what it needs."""
    for name, function in blocks.function.items():
        at = ("function", name)
        variables = SHIPPED.get(function.folder(name), {})
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
        rule = f'is outside {variable}, "{source}", and of other objects the function makes nothing'
        remedy = f'write environment = {{ {variable} = "{trigger.prefix}" }}, or prefix = "{source}"'
        yield Finding(at, trigger.prefix, rule, remedy)


def _not_allowed(
    at: tuple[str, ...], function: FunctionSettings, trigger: OnObject, source: str, target: str
) -> Iterator[Finding]:
    """Yield the prefixes of the trigger's bucket that the function works with and may not use."""
    access = function.bucket.get(trigger.bucket)
    for verb, wanted, allowed in (
        ("read", source, access.read if access else ()),
        ("write", target, access.write if access else ()),
    ):
        if not any(wanted.startswith(prefix) for prefix in allowed):
            rule = f'does not let the function {verb} "{wanted}", as it has to'
            yield Finding((*at, "bucket", trigger.bucket), None, rule, f'write {verb} = ["{wanted}"] there')
