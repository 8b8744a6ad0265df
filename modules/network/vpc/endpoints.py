"""VPC endpoints and their policies."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.policies import PolicyDocument, Statement, allow, document
from modules.network.vpc.keys.aws_buckets import AWS_BUCKETS
from modules.network.vpc.security_groups import HTTPS, Peer, SecurityGroup
from modules.network.vpc.vpc import Network

#: Locating, listing, and reading a bucket.
_READ = ("s3:GetBucketLocation", "s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket")
#: Interface endpoints whose policy allows only principals of this account, with the page that says that the service
#: evaluates endpoint policies for all of its requests. All other endpoints have AWS's default policy. That is
#: intended for `sts`, because AssumeRoleWithWebIdentity, with which pods obtain credentials, is not signed; for
#: `cognito-idp` and `execute-api`, which anonymous users call; and for `email-smtp` and `git-codecommit`, which accept
#: passwords. For the others, no page was found that shows such a policy. "Data perimeter" is AWS's [Data perimeter
#: policy examples, Service-specific guidance]
#: (https://github.com/aws-samples/data-perimeter-policy-examples/tree/main/service_specific_guidance). The User Guides'
#: pages are [Amazon ECR interface VPC endpoints]
#: (https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html), [Access Amazon EKS using AWS
#: PrivateLink](https://docs.aws.amazon.com/eks/latest/userguide/vpc-interface-endpoints.html), and [Amazon RDS API and
#: interface VPC endpoints](https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/vpc-interface-endpoints.html).
LIMITED_TO_OUR_ACCOUNT = {
    "acm-pca": "Data perimeter, AWS Private Certificate Authority",
    "cloudtrail": "Data perimeter, AWS CloudTrail",
    "ec2": "Data perimeter policy examples, ec2_endpoint_policy.json",
    "ecr.api": "Amazon ECR User Guide, Create an endpoint policy for your Amazon ECR VPC endpoints",
    "ecr.dkr": "Amazon ECR User Guide, Create an endpoint policy for your Amazon ECR VPC endpoints",
    "eks": "Amazon EKS User Guide, Access Amazon EKS using AWS PrivateLink",
    "events": "Data perimeter, Amazon EventBridge",
    "kinesis-streams": "Data perimeter, Amazon Kinesis Data Streams",
    "kms": "Data perimeter, AWS Key Management Service",
    "lambda": "Data perimeter policy examples, lambda_endpoint_policy.json",
    "logs": "Data perimeter, Amazon CloudWatch Logs",
    "monitoring": "Data perimeter, Amazon CloudWatch",
    "rds": "Amazon RDS User Guide, Creating a VPC endpoint policy for Amazon RDS API",
    "secretsmanager": "Data perimeter, AWS Secrets Manager",
    "sns": "Data perimeter, Amazon SNS",
    "sqs": "Data perimeter, Amazon SQS",
    "ssm": "Data perimeter policy examples, ssm_endpoint_policy.json",
    "states": "Data perimeter, AWS Step Functions",
}


class Endpoints(Construct):
    """The gateway endpoints of S3 and DynamoDB, and the interface endpoints that the settings name.

    Creates: two gateway endpoints (free of charge) in the route tables of the app and public tiers; each interface
    endpoint with its private DNS name in all zones of the endpoint tier, and one security group for all of them,
    open on port 443 to the VPC.

    The gateway endpoints allow access to the buckets given to `allow_bucket` and to the tables of this account. The
    buckets that AWS's services need, and other owners' buckets named by the settings or `allow_downloads`, can only be
    read. This keeps data from being copied to an unknown bucket or table. Most interface endpoints accept only
    principals of this account. The policies of roles and buckets decide who may do what.
    """

    def __init__(self, scope: Construct, id: str, *, network: Network, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._network = network
        self._foundation = foundation
        self._make = foundation.resources(self, "network")
        self._bucket_arns: list[str] = []
        self._downloads = [
            _download(sid, [bucket.format(region=foundation.names.region) for bucket in each.buckets])
            for sid, each in AWS_BUCKETS.items()
        ]
        self._s3 = self._create_gateway_endpoint("s3", self._s3_policy())
        self._create_gateway_endpoint("dynamodb", document([self._own_tables()]))
        services = sorted(set(network.settings.interface_endpoints))
        if services:
            security_group_id = self._create_security_group()
            for service in services:
                self._create_interface_endpoint(service, security_group_id)

    @property
    def s3_prefix_list_id(self) -> str:
        """The prefix list of S3 in the Region, for egress rules to S3 through the gateway endpoint."""
        return self._s3.prefix_list_id

    def allow_bucket(self, bucket_arn: str) -> None:
        """Allow access to a bucket through the S3 endpoint, in addition to the buckets already allowed."""
        if bucket_arn not in self._bucket_arns:
            self._bucket_arns.append(bucket_arn)
            self._s3.policy = self._s3_policy()

    def allow_downloads(self, sid: str, buckets: Sequence[str]) -> None:
        """Allow objects in other owners' buckets, given by name, to be read; `sid` names the owner.

        Raises ValueError if the endpoint's policy already has a statement with this Sid.
        """
        self._downloads.append(_download(sid, buckets))
        self._s3.policy = self._s3_policy()

    def _s3_policy(self) -> str:
        resources = [resource for arn in self._bucket_arns for resource in (arn, f"{arn}/*")]
        own_buckets = [allow("OurBuckets", principal="*", actions=["s3:*"], resources=resources)] if resources else []
        readable = self._network.settings.readable_buckets
        statements = [*own_buckets, *self._downloads, *([_read(readable)] if readable else [])]
        return PolicyDocument("the S3 endpoint", statements).json()

    def _own_tables(self) -> Statement:
        names = self._foundation.names
        tables = f"arn:aws:dynamodb:{names.region}:{names.account_id}:*"
        return allow("OurTables", principal="*", actions=["dynamodb:*"], resources=[tables])

    def _create_gateway_endpoint(self, service: str, policy: str) -> VpcEndpoint:
        routing = self._network.routing
        public = [routing.public_route_table_id] if routing.public_route_table_id else []
        return self._make(
            VpcEndpoint,
            f"endpoint_{service}",
            vpc_id=self._network.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=self._service_name(service),
            # The policy of a gateway endpoint accepts only the principal `*` ("Amazon VPC, Control access using
            # endpoint policies").
            policy=policy,
            route_table_ids=[*routing.app_route_table_ids.values(), *public],
            tags={"Name": self._foundation.names.of(service)},
        )

    def _create_security_group(self) -> str:
        """Return the ID of a group that allows port 443 from the VPC. Endpoints never open connections themselves."""
        name = self._foundation.names.of("endpoints")
        group = SecurityGroup(
            self._make,
            "endpoints",
            name=name,
            description="Interface endpoints: HTTPS from the VPC",
            vpc_id=self._network.vpc_id,
        )
        group.allow_ingress_from(
            "endpoints_https", Peer(cidr_ipv4=str(self._network.cidr)), HTTPS, "HTTPS from the VPC"
        )
        return group.id

    def _create_interface_endpoint(self, service: str, security_group_id: str) -> None:
        self._make(
            VpcEndpoint,
            f"endpoint_{service.replace('.', '_')}",
            vpc_id=self._network.vpc_id,
            vpc_endpoint_type="Interface",
            service_name=self._service_name(service),
            subnet_ids=self._network.endpoint.all_ids(),
            security_group_ids=[security_group_id],
            # The service's default host name resolves to the endpoint, so clients need no configuration.
            private_dns_enabled=True,
            policy=document(self._our_principals()) if service in LIMITED_TO_OUR_ACCOUNT else None,
            tags={"Name": self._foundation.names.of(service.replace(".", "-"))},
        )

    def _our_principals(self) -> list[Statement]:
        """Return the statements of an interface endpoint's policy.

        [Data perimeter policy examples, VPC endpoint policy examples]
        (https://github.com/aws-samples/data-perimeter-policy-examples/tree/main/vpc_endpoint_policies): this account's
        principals, and AWS services that make requests from inside the VPC under their own service principal.
        """
        account = {"StringEquals": {"aws:PrincipalAccount": self._foundation.names.account_id}}
        services = {"Bool": {"aws:PrincipalIsAWSService": "true"}}
        return [
            allow("OurPrincipals", principal="*", actions=["*"], resources=["*"], condition=account),
            allow("ServicesOfAws", principal="*", actions=["*"], resources=["*"], condition=services),
        ]

    def _service_name(self, service: str) -> str:
        return f"com.amazonaws.{self._foundation.names.region}.{service}"


def _download(sid: str, buckets: Sequence[str]) -> Statement:
    """Return the statement that allows objects in these buckets to be read."""
    objects = [f"arn:aws:s3:::{bucket}/*" for bucket in buckets]
    return allow(sid, principal="*", actions=["s3:GetObject"], resources=objects)


def _read(buckets: Sequence[str]) -> Statement:
    """Return the statement that allows these buckets to be listed and their objects to be read."""
    resources = [resource for bucket in buckets for resource in (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*")]
    return allow("ReadableBuckets", principal="*", actions=_READ, resources=resources)
