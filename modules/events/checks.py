"""Checks of the events module's blocks against each other and against the blocks of lower modules."""

import datetime
from collections.abc import Collection, Iterator
from itertools import combinations

from modules.data.blocks import DataBlocks
from modules.events.blocks import EventsBlocks, push_channel
from modules.events.channel.keys.endpoints import publishing_endpoints
from modules.events.function import checks as recursion
from modules.events.function.keys import shipped
from modules.events.function.settings import FunctionSettings
from modules.events.keys import made_names
from modules.foundation.cron import OVER, ended_before
from modules.foundation.notifications import Notification
from modules.foundation.problems import Finding
from modules.foundation.versions import VersionInUse
from modules.network.blocks import NetworkBlocks
from modules.network.vpc.settings import NetworkSettings

#: [Creating and configuring an Amazon SQS event source mapping, Configuring a queue to use with Lambda]
#: (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html): six times the function's timeout, so that
#: a throttled batch can be retried before its messages become visible to others. Lambda does not accept less than the
#: timeout.
VISIBILITY_TIMEOUTS = 6


def findings(blocks: EventsBlocks, data: DataBlocks, network: NetworkBlocks) -> Iterator[Finding]:
    """Yield the conflicts among these blocks, and between them and the blocks of lower modules."""
    for name, function in blocks.function.items():
        yield from _unknown_names(name, function, blocks, data)
        if function.in_vpc:
            yield from _ways(name, function, network.network)
        yield from _visibility(name, function, blocks)
    for name, queue in blocks.queue.items():
        yield from _not_among(("queue", name, "topics"), "topic", queue.topics, blocks.topic)
    yield from _readers(blocks)
    yield from _overlaps(blocks)
    yield from _rotations(blocks, data)
    yield from _pushes(blocks, data)
    yield from made_names.findings(blocks)
    yield from shipped.findings(blocks)
    yield from recursion.findings(blocks)


def warnings(blocks: EventsBlocks, today: datetime.date) -> Iterator[Finding]:
    """Yield the schedules whose last year is before this day."""
    for name, function in blocks.function.items():
        for label, schedule in function.schedule.items():
            if schedule.cron and ended_before(schedule.cron, today.year):
                yield Finding(("function", name, "schedule", label, "cron"), schedule.cron, *OVER)


def versions(blocks: EventsBlocks) -> Iterator[VersionInUse]:
    """Yield the runtimes of the functions."""
    for name, function in blocks.function.items():
        yield VersionInUse(("function", name, "runtime"), "lambda", function.runtime)


def _ways(name: str, function: FunctionSettings, network: NetworkSettings | None) -> Iterator[Finding]:
    """Yield the AWS services that a function in the app subnets calls and cannot reach.

    Lambda itself writes the logs and stores failed events; S3 is reached through its gateway endpoint.
    """
    if network is None:
        rule = "requires app subnets, and there is no VPC"
        yield Finding(("function", name, "in_vpc"), True, rule, "add a `network` block, or remove this key")
        return
    reads = ["secretsmanager"] if function.secrets or function.databases else []
    missing = network.unreachable_by_programs([*publishing_endpoints(function.published_to), *reads])
    if missing:
        rule = f"cannot reach {', '.join(missing)}: there is no NAT gateway, no endpoint for them, and no proxy"
        remedy = "add them to network.interface_endpoints, or add network.nat or network.proxy"
        yield Finding(("function", name), None, rule, remedy)


def _unknown_names(name: str, function: FunctionSettings, blocks: EventsBlocks, data: DataBlocks) -> Iterator[Finding]:
    at = ("function", name)
    named: tuple[tuple[str, str, Collection[str], Collection[str]], ...] = (
        ("databases", "database", function.databases, data.database),
        ("caches", "cache", function.caches, data.cache),
        ("secrets", "secret", function.secrets, data.secret),
        ("queues", "queue", function.queues, blocks.queue),
        ("topics", "topic", function.topics, blocks.topic),
        ("streams", "stream", function.streams, blocks.stream),
    )
    for key, kind, names, known in named:
        yield from _not_among((*at, key), kind, names, known)
    for label in function.caches:
        if label in data.cache and (unknown := data.cache[label].unknown_user()):
            rule = f"has no user {unknown}, as which the function would log in"
            yield Finding((*at, "caches"), label, rule, f'add `user "{unknown}" {{ }}` to its block')
    labelled: tuple[tuple[str, str, Collection[str], Collection[str]], ...] = (
        ("bucket", "bucket", function.bucket, data.bucket),
        ("on_queue", "queue", function.on_queue, blocks.queue),
        ("on_topic", "topic", function.on_topic, blocks.topic),
        ("on_stream", "stream", function.on_stream, blocks.stream),
    )
    for key, kind, labels, known in labelled:
        for label in labels:
            yield from _not_among((*at, key, label), kind, [label], known)
    for label, trigger in function.on_object.items():
        yield from _not_among((*at, "on_object", label, "bucket"), "bucket", [trigger.bucket], data.bucket)


def _not_among(at: tuple[str, ...], kind: str, names: Collection[str], known: Collection[str]) -> Iterator[Finding]:
    for name in names:
        if name not in known:
            there = f"there is {', '.join(sorted(known))}" if known else "there is none"
            yield Finding(
                at, name, f"is not the name of a `{kind}` block; {there}", f'write `{kind} "{name}" {{ }}` too'
            )


def _visibility(name: str, function: FunctionSettings, blocks: EventsBlocks) -> Iterator[Finding]:
    for label in function.on_queue:
        queue = blocks.queue.get(label)
        least = VISIBILITY_TIMEOUTS * function.timeout
        if queue and queue.visibility_timeout is not None and queue.visibility_timeout < least:
            rule = f"is less than six times the timeout of function.{name}: others would receive messages in progress"
            at = ("queue", label, "visibility_timeout")
            yield Finding(at, queue.visibility_timeout, rule, f"write {least} or more, or remove the key")


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
            rule = f"matches events that {'.'.join(earlier_at)} matches, and S3 sends an event to one destination only"
            yield Finding(at, None, rule, "choose prefixes or suffixes that no object key shares")


def _rotations(blocks: EventsBlocks, data: DataBlocks) -> Iterator[Finding]:
    for name, secret in data.secret.items():
        if secret.rotation:
            at = ("secret", name, "rotation", "function")
            yield from _not_among(at, "function", [secret.rotation.function], blocks.function)


def _pushes(blocks: EventsBlocks, data: DataBlocks) -> Iterator[Finding]:
    for name, push in blocks.push.items():
        channel = push_channel(name)
        for kind, taken in (
            ("function", blocks.function),
            ("queue", blocks.queue),
            ("topic", blocks.topic),
            ("stream", blocks.stream),
        ):
            if channel in taken:
                rule = f"has the name that push.{name} gives to its own {kind}"
                yield Finding((kind, channel), None, rule, f"give the {kind} another name")
        for key, platform in (("apns", push.apns), ("fcm", push.fcm)):
            if platform:
                yield from _not_among(("push", name, key, "secret"), "secret", [platform.secret], data.secret)
