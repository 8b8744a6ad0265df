"""S3 event notifications, and when two of them overlap."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notification:
    """A notification about objects with a prefix and a suffix, sent to the destination that one of the ARNs names."""

    name: str
    """The ID of the notification in S3: stable, and unique in the bucket."""
    events: tuple[str, ...]
    """[Amazon S3 User Guide, Event notification types and destinations, Supported event types]
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html):
    `s3:ObjectCreated:*`.
    """
    prefix: str = ""
    suffix: str = ""
    function_arn: str | None = None
    queue_arn: str | None = None
    topic_arn: str | None = None

    def overlaps(self, other: "Notification") -> bool:
        """Return whether S3 would reject both in one bucket.

        [Amazon S3 User Guide, Configuring event notifications using object key name filtering]
        (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html): two configurations
        cannot cover the same event type of the same object.
        """
        return (
            any(_same_event(one, two) for one in self.events for two in other.events)
            and share_keys(self.prefix, other.prefix)
            and (self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix))
        )


def share_keys(prefix: str, other: str) -> bool:
    """Return whether an object key can have both prefixes: one begins with the other."""
    return prefix.startswith(other) or other.startswith(prefix)


def _same_event(one: str, other: str) -> bool:
    """Return whether two event types, which may end in `*`, have an event in common."""
    return (
        one == other
        or (one.endswith("*") and other.startswith(one[:-1]))
        or (other.endswith("*") and one.startswith(other[:-1]))
    )
