"""Interface endpoints that publishers need in a network without a NAT gateway."""

from collections.abc import Mapping, Sized

#: The names in `network.interface_endpoints`. The API of a push also needs the endpoint of its queue or stream; SNS is
#: where devices are registered.
PUBLISHING_ENDPOINTS = {"queue": "sqs", "topic": "sns", "stream": "kinesis-streams", "push": "sns"}


def publishing_endpoints(published_to: Mapping[str, Sized]) -> set[str]:
    """Return the services that a publisher to these must reach, by kind of block."""
    return {PUBLISHING_ENDPOINTS[kind] for kind, labels in published_to.items() if len(labels)}
