"""The HTTP proxy of a network: the environment variables of programs, and what they reach without it. Pure."""

from dataclasses import dataclass
from ipaddress import IPv4Network

from modules.network.vpc.settings import NetworkSettings

#: Addresses local to an instance, a task, or a function: its own host, instance metadata, the metadata and credentials
#: of ECS tasks, and the EKS Pod Identity Agent.
#: [Access instance metadata](https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html),
#: [Task metadata](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html),
#: [How EKS Pod Identity works](https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html).
LINK_LOCAL = ("127.0.0.1", "localhost", "169.254.169.254", "169.254.170.2", "169.254.170.23")
#: Host names of endpoints other than `<service>.<region>.amazonaws.com`; `ecr.dkr` has a host name for each account.
#: [Service endpoints and quotas](https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html).
ENDPOINT_HOSTS = {
    "ecr.api": "api.ecr.{region}.amazonaws.com",
    "ecr.dkr": ".dkr.ecr.{region}.amazonaws.com",
    "eks-auth": "eks-auth.{region}.api.aws",
    "execute-api": ".execute-api.{region}.amazonaws.com",
    "kinesis-firehose": "firehose.{region}.amazonaws.com",
    "kinesis-streams": "kinesis.{region}.amazonaws.com",
}
#: Host names of the gateway endpoints, which every VPC has; a bucket's host name is below S3's.
GATEWAY_HOSTS = ("s3.{region}.amazonaws.com", ".s3.{region}.amazonaws.com", "dynamodb.{region}.amazonaws.com")


@dataclass(frozen=True)
class Proxy:
    """The HTTP proxy of a VPC without direct internet access."""

    url: str
    port: int
    cidrs: tuple[IPv4Network, ...]
    """The ranges that contain its hosts."""
    direct: tuple[str, ...]
    """Hosts, domains (with a leading dot), and ranges that are reached without it."""

    def variables(self, *further: str) -> dict[str, str]:
        """Return the environment variables, in upper case and lowercase; `further` hosts bypass the proxy too."""
        values = {
            "HTTP_PROXY": self.url,
            "HTTPS_PROXY": self.url,
            "NO_PROXY": ",".join([*LINK_LOCAL, *self.direct, *further]),
        }
        return {**values, **{name.lower(): value for name, value in values.items()}}


def proxy_of(settings: NetworkSettings, region: str) -> Proxy | None:
    """Return the network's proxy, which the VPC and its endpoints bypass, or None if it has none."""
    proxy = settings.proxy
    if proxy is None:
        return None
    endpoints = [ENDPOINT_HOSTS.get(each, each + ".{region}.amazonaws.com") for each in settings.interface_endpoints]
    hosts = [each.format(region=region) for each in [*GATEWAY_HOSTS, *sorted(set(endpoints))]]
    direct = (str(settings.cidr), ".internal", *hosts, *proxy.except_for)
    return Proxy(proxy.url, proxy.port, proxy.cidrs or settings.corporate_cidrs, direct)
