"""By which interface endpoints messages leave a network that has no NAT gateway."""

from collections.abc import Mapping, Sized

#: As `network.interface_endpoints` names them. A push puts its own into a queue or stream by one of them too, and
#: devices are registered at SNS.
PUBLISHING_ENDPOINTS = {"queue": "sqs", "topic": "sns", "stream": "kinesis-streams", "push": "sns"}


def publishing_endpoints(published_to: Mapping[str, Sized]) -> set[str]:
    """Return the services that have to be reached by whoever publishes to these, by the kinds of their blocks."""
    return {PUBLISHING_ENDPOINTS[kind] for kind, labels in published_to.items() if len(labels)}
