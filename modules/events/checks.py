"""Checks of the events module's blocks against each other and against the blocks of lower modules."""

import datetime
from collections.abc import Iterator
from itertools import combinations

from modules.data.checks import cache_findings
from modules.data.database.keys.users import reads_secrets
from modules.events.blocks import EventsBlocks, push_channel
from modules.events.channel.keys.endpoints import publishing_endpoints
from modules.events.function import checks as recursion
from modules.events.function.keys import shipped
from modules.events.function.settings import FunctionSettings
from modules.events.keys import created_names
from modules.events.keys.login_functions import ADD_CERTIFICATES, CERTIFIED_REGIONS, login_function
from modules.events.keys.search_functions import functions_of
from modules.foundation.checks import unknown_labels, unknown_names
from modules.foundation.cron import OVER, ended_before
from modules.foundation.notifications import Notification
from modules.foundation.problems import Finding
from modules.foundation.versions import VersionInUse
from modules.network.vpc.checks import needs_subnets, unreachable_by_programs

#: [Creating and configuring an Amazon SQS event source mapping, Configuring a queue to use with Lambda]
#: (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html): six times the function's timeout, so that
#: a throttled batch can be retried before its messages become visible to others. Lambda does not accept less than the
#: timeout.
VISIBILITY_TIMEOUTS = 6


def findings(blocks: EventsBlocks) -> Iterator[Finding]:
    """Yield the conflicts among these blocks, and between them and the blocks of lower modules."""
    for name, function in blocks.function.items():
        yield from _unknown_names(name, function, blocks)
        if function.in_vpc:
            yield from _network_findings(name, function, blocks)
        yield from _visibility(name, function, blocks)
    for name, queue in blocks.queue.items():
        yield from unknown_names(("queue", name, "topics"), "topic", queue.topics, blocks.topic)
    yield from _readers(blocks)
    yield from _overlaps(blocks)
    yield from _rotations(blocks)
    yield from _pushes(blocks)
    yield from _searches(blocks)
    yield from _logins(blocks)
    yield from created_names.findings(blocks)
    yield from shipped.findings(blocks)
    yield from recursion.findings(blocks)


def warnings(blocks: EventsBlocks, today: datetime.date) -> Iterator[Finding]:
    """Yield the schedules whose last year is before this day."""
    for name, function in blocks.function.items():
        for label, schedule in function.schedule.items():
            if ended_before(schedule.schedule_expression, today.year):
                at = ("function", name, "schedule", label, "schedule_expression")
                yield Finding(at, schedule.schedule_expression, *OVER)


def versions(blocks: EventsBlocks) -> Iterator[VersionInUse]:
    """Yield the runtimes of the functions."""
    for name, function in blocks.function.items():
        yield VersionInUse(("function", name, "runtime"), "lambda", function.runtime)


def _network_findings(name: str, function: FunctionSettings, blocks: EventsBlocks) -> Iterator[Finding]:
    """Yield what a function in the app subnets needs of the VPC.

    Lambda itself writes the logs and stores failed events; S3 is reached through its gateway endpoint.
    """
    network = blocks.network
    if network is None:
        yield needs_subnets(("function", name, "in_vpc"), "app", True)
        return
    reads = ["secretsmanager"] if function.secrets or reads_secrets(function.databases, blocks.database) else []
    called = [*publishing_endpoints(function.published_to), *reads]
    yield from unreachable_by_programs(("function", name), called, network)


def _unknown_names(name: str, function: FunctionSettings, blocks: EventsBlocks) -> Iterator[Finding]:
    at = ("function", name)
    yield from unknown_names((*at, "databases"), "database", function.databases, blocks.database)
    yield from cache_findings((*at, "caches"), dict.fromkeys(function.caches), blocks.cache)
    yield from unknown_labels((*at, "buckets"), "bucket", function.buckets, blocks.bucket)
    yield from unknown_names((*at, "secrets"), "secret", function.secrets, blocks.secret)
    yield from unknown_names((*at, "queues"), "queue", function.queues, blocks.queue)
    yield from unknown_names((*at, "topics"), "topic", function.topics, blocks.topic)
    yield from unknown_names((*at, "streams"), "stream", function.streams, blocks.stream)
    yield from unknown_names((*at, "search"), "search", [function.search] if function.search else [], blocks.search)
    yield from unknown_labels((*at, "on_queue"), "queue", function.on_queue, blocks.queue)
    yield from unknown_labels((*at, "on_topic"), "topic", function.on_topic, blocks.topic)
    yield from unknown_labels((*at, "on_stream"), "stream", function.on_stream, blocks.stream)
    for label, trigger in function.on_object.items():
        yield from unknown_names((*at, "on_object", label, "bucket"), "bucket", [trigger.bucket], blocks.bucket)


def _visibility(name: str, function: FunctionSettings, blocks: EventsBlocks) -> Iterator[Finding]:
    for label in function.on_queue:
        queue = blocks.queue.get(label)
        least = VISIBILITY_TIMEOUTS * function.timeout
        if queue and queue.visibility_timeout_seconds is not None and queue.visibility_timeout_seconds < least:
            rule = (
                f"is less than six times the timeout of function.{name}: other consumers could receive messages "
                "that are still being processed"
            )
            at = ("queue", label, "visibility_timeout_seconds")
            yield Finding(at, queue.visibility_timeout_seconds, rule, f"write {least} or more, or remove the key")


def _readers(blocks: EventsBlocks) -> Iterator[Finding]:
    """Yield the queues that two functions read: each would receive only some of the messages."""
    first: dict[str, str] = {}
    for name, function in blocks.function.items():
        for label in function.on_queue:
            if first.setdefault(label, name) != name:
                rule = f"is already read by function.{first[label]}, and each would receive only some of the messages"
                remedy = "give each function its own queue, and subscribe both queues to one topic"
                yield Finding(("function", name, "on_queue", label), None, rule, remedy)


def _overlaps(blocks: EventsBlocks) -> Iterator[Finding]:
    """Yield triggers that match the same event, which S3 sends to only one of them.

    [Amazon S3 User Guide, Configuring event notifications using object key name filtering]
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html).
    """
    triggers = [
        (("function", name, "on_object", label), trigger)
        for name, function in blocks.function.items()
        for label, trigger in function.on_object.items()
    ]
    for (earlier_at, earlier), (at, trigger) in combinations(triggers, 2):
        one = Notification("one", earlier.events, earlier.prefix, earlier.suffix)
        other = Notification("other", trigger.events, trigger.prefix, trigger.suffix)
        if earlier.bucket == trigger.bucket and one.overlaps(other):
            rule = f"matches events that {'.'.join(earlier_at)} also matches; S3 sends an event to one destination only"
            yield Finding(at, None, rule, "choose prefixes or suffixes that no object key shares")


def _rotations(blocks: EventsBlocks) -> Iterator[Finding]:
    for name, secret in blocks.secret.items():
        if secret.rotation:
            at = ("secret", name, "rotation", "function")
            yield from unknown_names(at, "function", [secret.rotation.function], blocks.function)
            function = blocks.function.get(secret.rotation.function)
            if function and function.by_pipeline:
                rule = 'is owned_by = "pipeline", and a bad release would lock programs out of what the secret opens'
                remedy = 'rotate by a function in lambdas/, with owned_by = "terraform"'
                yield Finding(at, secret.rotation.function, rule, remedy)


def _pushes(blocks: EventsBlocks) -> Iterator[Finding]:
    for name, push in blocks.push.items():
        channel = push_channel(name)
        for kind, taken in (
            ("function", blocks.function),
            ("queue", blocks.queue),
            ("topic", blocks.topic),
            ("stream", blocks.stream),
        ):
            if channel in taken:
                rule = f"has the same name as the {kind} of push.{name}"
                yield Finding((kind, channel), None, rule, f"give the {kind} another name")
        for key, platform in (("apns", push.apns), ("fcm", push.fcm)):
            if platform:
                yield from unknown_names(("push", name, key, "secret"), "secret", [platform.secret], blocks.secret)


def _searches(blocks: EventsBlocks) -> Iterator[Finding]:
    """Yield functions with the name of one that a `search` block has."""
    taken: dict[str, str] = {}
    for label in blocks.search:
        for name in functions_of(label):
            if name in blocks.function:
                rule = f"has the same name as a function of search.{label}"
                yield Finding(("function", name), None, rule, "give the function another name")
            elif taken.setdefault(name, label) != label:
                rule = f"has a function {name}, and so has search.{taken[name]}"
                yield Finding(("search", label), None, rule, "give one of them another name")


def _logins(blocks: EventsBlocks) -> Iterator[Finding]:
    """Yield databases whose function for users cannot work, and functions with its name."""
    for label, database in blocks.database.items():
        if not database.creates_users:
            continue
        at = ("database", label, "login")
        if login_function(label) in blocks.function:
            rule = f"has the same name as the function of database.{label}"
            yield Finding(("function", login_function(label)), None, rule, "give the function another name")
        if blocks.region not in CERTIFIED_REGIONS:
            rule = f"needs a function that verifies certificates of RDS, and it has none of {blocks.region}"
            remedy = f'add them to lambdas/database_logins ({ADD_CERTIFICATES}), or write login = "master"'
            yield Finding(at, database.login, rule, remedy)
        if blocks.network:
            yield from unreachable_by_programs(at, ["secretsmanager"], blocks.network)
