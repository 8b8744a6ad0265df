"""The HTTP proxy of a network: what programs are told of it, and what they reach without it. Pure."""

from dataclasses import dataclass
from ipaddress import IPv4Network

from modules.network.vpc.settings import NetworkSettings

#: Reached from an instance, a task or a function itself: its own host, instance metadata, the metadata and credentials
#: of ECS tasks, and the agent of EKS Pod Identity.
#: [Access instance metadata](https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html),
#: [Task metadata](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html),
#: [How EKS Pod Identity works](https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html).
LINK_LOCAL = ("127.0.0.1", "localhost", "169.254.169.254", "169.254.170.2", "169.254.170.23")
#: Host names of endpoints that are not `<service>.<region>.amazonaws.com`; `ecr.dkr` has a name for each account.
#: [Service endpoints and quotas](https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html).
ENDPOINT_HOSTS = {
    "ecr.api": "api.ecr.{region}.amazonaws.com",
    "ecr.dkr": ".dkr.ecr.{region}.amazonaws.com",
    "eks-auth": "eks-auth.{region}.api.aws",
    "execute-api": ".execute-api.{region}.amazonaws.com",
    "kinesis-firehose": "firehose.{region}.amazonaws.com",
    "kinesis-streams": "kinesis.{region}.amazonaws.com",
}
#: Host names of the gateway endpoints, which every VPC has; a bucket has a name below S3's.
GATEWAY_HOSTS = ("s3.{region}.amazonaws.com", ".s3.{region}.amazonaws.com", "dynamodb.{region}.amazonaws.com")


@dataclass(frozen=True)
class Proxy:
    """The way out of a VPC whose programs may not call the internet themselves."""

    url: str
    port: int
    cidrs: tuple[IPv4Network, ...]
    """Where it is."""
    direct: tuple[str, ...]
    """Hosts, domains (with a leading dot) and ranges that are reached without it."""

    def variables(self, *further: str) -> dict[str, str]:
        """Return the environment variables, in both spellings that programs read; `further` is reached directly too."""
        values = {
            "HTTP_PROXY": self.url,
            "HTTPS_PROXY": self.url,
            "NO_PROXY": ",".join([*LINK_LOCAL, *self.direct, *further]),
        }
        return {**values, **{name.lower(): value for name, value in values.items()}}


def proxy_of(settings: NetworkSettings, region: str) -> Proxy | None:
    """Return the network's proxy, past which the VPC and AWS's endpoints in it are reached; None without one."""
    proxy = settings.proxy
    if proxy is None:
        return None
    endpoints = [ENDPOINT_HOSTS.get(each, each + ".{region}.amazonaws.com") for each in settings.interface_endpoints]
    hosts = [each.format(region=region) for each in [*GATEWAY_HOSTS, *sorted(set(endpoints))]]
    direct = (str(settings.cidr), ".internal", *hosts, *proxy.except_for)
    return Proxy(proxy.url, proxy.port, proxy.cidrs or settings.corporate_cidrs, direct)
