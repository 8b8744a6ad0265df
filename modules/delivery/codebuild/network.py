"""The place of CodeBuild projects in a VPC."""

from cdktf_cdktf_provider_aws.codebuild_project import CodebuildProjectVpcConfig

from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow
from modules.foundation.resources import Resources
from modules.foundation.roles import Role
from modules.network.module import NetworkModule
from modules.network.vpc.security_groups import ANYWHERE, HTTPS, Peer, SecurityGroup, members_of

_DESCRIBE = (
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)


class BuildNetwork:
    """What builds need to run in the app subnets, with HTTPS out and nothing in.

    [AWS CodeBuild User Guide, Use AWS CodeBuild with Amazon Virtual Private Cloud]
    (https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html): private subnets only; CodeBuild gives its
    network interfaces no public address. CodeBuild deletes them after each build; while a build runs, AWS refuses to
    delete the security group, and the provider tries again for some minutes.

    Creates: security group; the role's permissions for network interfaces in these subnets.
    """

    def __init__(
        self, make: Resources, address: str, *, name: str, role: Role, network: NetworkModule, names: Names
    ) -> None:
        vpc = network.vpc
        self._address = address
        self._names = names
        self._subnet_ids = vpc.app.all_ids()
        self._group = SecurityGroup(
            make, address, name=name, description=f"Builds of {name}: HTTPS out, and what they reach", vpc_id=vpc.vpc_id
        )
        s3 = Peer(prefix_list_id=network.s3_prefix_list_id)
        self._group.allow_egress_to(f"{address}_to_s3", s3, HTTPS, "To S3")
        # Package registries and AWS services, of which a VPC rarely has all endpoints.
        self._group.allow_egress_to(f"{address}_https", ANYWHERE, HTTPS, "HTTPS")
        if vpc.proxy:
            self._group.allow_egress_to_proxy(address, vpc.proxy)
        role.add_statements(*self._interface_statements())
        self.security_group_id = self._group.id
        self.config = CodebuildProjectVpcConfig(
            vpc_id=vpc.vpc_id, subnets=self._subnet_ids, security_group_ids=[self._group.id]
        )
        #: The environment variables of the network's proxy, with the API servers of clusters as exceptions.
        self.variables = vpc.proxy.variables(f".{names.region}.eks.amazonaws.com") if vpc.proxy else {}
        #: Whether builds send their logs through the proxy: there is neither an endpoint nor a NAT gateway.
        self.logs_by_proxy = (
            vpc.proxy is not None and vpc.settings.nat == "none" and "logs" not in vpc.settings.interface_endpoints
        )

    def allow_egress_to(self, security_group_id: str, port: int, name: str) -> None:
        """Allow traffic to the members of a security group; `name` identifies them and is unique in the project."""
        self._group.allow_egress_to(f"{self._address}_to_{name}", members_of(security_group_id), port, f"To {name}")

    def _interface_statements(self) -> list[Statement]:
        """Return the statements for network interfaces.

        [AWS CodeBuild User Guide, Using identity-based policies for AWS CodeBuild, Allow CodeBuild access to AWS
        services required to create a VPC network interface]
        (https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html#customer-managed-policies-example-create-vpc-network-interface).
        """
        place = f"arn:aws:ec2:{self._names.region}:{self._names.account_id}"
        interfaces, subnets = f"{place}:network-interface/*", [f"{place}:subnet/{each}" for each in self._subnet_ids]
        group = f"{place}:security-group/{self._group.id}"
        here = {"ec2:Subnet": subnets}
        return [
            # EC2's Describe actions support no resource-level permissions: [Service Authorization Reference, Amazon
            # EC2](https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html).
            allow("FindNetwork", actions=_DESCRIBE, resources=["*"]),
            allow("CreateInterface", actions=["ec2:CreateNetworkInterface"], resources=[interfaces, *subnets, group]),
            allow(
                "DeleteInterface",
                actions=["ec2:DeleteNetworkInterface"],
                resources=[interfaces],
                condition={"ArnEquals": here},
            ),
            allow(
                "LendInterface",
                actions=["ec2:CreateNetworkInterfacePermission"],
                resources=[interfaces],
                condition={"StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"}, "ArnEquals": here},
            ),
        ]
