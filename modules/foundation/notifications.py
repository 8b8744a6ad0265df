"""What S3 tells about objects, and when two that are told would be told of the same thing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notification:
    """What S3 tells about objects under a prefix and with a suffix, and to whom: one of the three ARNs."""

    name: str
    """Stable, unique in the bucket: S3 knows the configuration by it."""
    events: tuple[str, ...]
    """"Amazon S3 User Guide, Supported event types": `s3:ObjectCreated:*`."""
    prefix: str = ""
    suffix: str = ""
    function_arn: str | None = None
    queue_arn: str | None = None
    topic_arn: str | None = None

    def overlaps(self, other: "Notification") -> bool:
        """Return whether S3 would refuse both in one bucket ("Configuring notifications with object key name ...").

        Two configurations may not tell of the same event of the same object.
        """
        return (
            any(_same_event(one, two) for one in self.events for two in other.events)
            and share_keys(self.prefix, other.prefix)
            and (self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix))
        )


def share_keys(prefix: str, other: str) -> bool:
    """Return whether an object's key can begin with both prefixes: one is the beginning of the other."""
    return prefix.startswith(other) or other.startswith(prefix)


def _same_event(one: str, other: str) -> bool:
    """Return whether two event types, which may end in `*`, have one in common."""
    return (
        one == other
        or (one.endswith("*") and other.startswith(one[:-1]))
        or (other.endswith("*") and one.startswith(other[:-1]))
    )
