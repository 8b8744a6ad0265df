"""Private DNS names of services in the VPC."""


def namespace_name(environment: str) -> str:
    """Return the namespace's name.

    It is not `<environment>.internal`, which is the zone of databases: Cloud Map creates its own zone, and Route 53
    allows one private zone of a name in a VPC. Route 53 resolves a name in the most specific zone.
    """
    return f"svc.{environment}.internal"


def service_host(label: str, environment: str) -> str:
    """Return the DNS name of a service."""
    return f"{label}.{namespace_name(environment)}"
