"""Ways to AWS's own services that do not leave the VPC."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.policies import Statement, allow, document
from modules.network.vpc.security_groups import HTTPS, Peer, SecurityGroup
from modules.network.vpc.vpc import Network

#: Buckets of AWS's own that are only read, by the region's name, and what says that they are needed. One that is
#: missing here is a pull, an update or a session that fails from inside the VPC, with "Access Denied".
AWS_BUCKETS = {
    # "Amazon ECR User Guide, Amazon ECR interface VPC endpoints, Minimum Amazon S3 Bucket Permissions for Amazon
    # ECR": the layers of every image.
    "EcrLayers": ("prod-{region}-starport-layer-bucket",),
    # "Amazon Linux 2023 User Guide, Manage package and operating system updates in AL2023": what dnf installs.
    "AmazonLinux2023": ("al2023-repos-{region}-de612dc2",),
    # "AWS Systems Manager User Guide, SSM Agent communications with AWS managed S3 buckets".
    "SystemsManager": (
        "aws-ssm-{region}",
        "aws-windows-downloads-{region}",
        "amazon-ssm-{region}",
        "amazon-ssm-packages-{region}",
        "{region}-birdwatcher-prod",
        "aws-ssm-distributor-file-{region}",
        "aws-ssm-document-attachments-{region}",
        "patch-baseline-snapshot-{region}",
    ),
}

#: To see whether a bucket is reached, to list it and to read it.
_READ = ("s3:GetBucketLocation", "s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket")
#: The interface endpoints that let nobody through but principals of our account, and the page that says that the
#: service evaluates endpoint policies for all of its requests. An endpoint that is not here has AWS's default policy.
#: On purpose: `sts`, whose AssumeRoleWithWebIdentity bears no signature, and which pods take their roles from;
#: `cognito-idp` and `execute-api`, which anonymous users call; `email-smtp` and `git-codecommit`, which passwords open.
#: Of the others no page was found that shows such a policy. "Data perimeter" stands for [Data perimeter policy
#: examples, Service-specific guidance]
#: (https://github.com/aws-samples/data-perimeter-policy-examples/tree/main/service_specific_guidance), by AWS.
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
    """S3 and DynamoDB by gateway, and the interface endpoints that the settings name.

    Creates: two gateway endpoints (free of charge) in the route tables of the app and public tiers; each interface
    endpoint in all zones of the endpoint tier with its private DNS name, and one security group for all of them,
    open on 443 to the VPC.

    The gateway endpoints lead to the buckets that `allow_bucket` was told of and to the tables of our account; buckets
    that AWS's services need, and those of others that the settings or `allow_downloads` name, are only read. So no data
    is carried to a stranger's bucket or table. By most of the interface endpoints one acts as a principal of our
    account and as no other. Who may do what is for the policies of roles and buckets to say.
    """

    def __init__(self, scope: Construct, id: str, *, network: Network, foundation: Foundation) -> None:
        super().__init__(scope, id)
        self._network = network
        self._foundation = foundation
        self._make = foundation.resources(self, "network")
        self._bucket_arns: list[str] = []
        self._downloads: dict[str, list[str]] = {}
        self._s3 = self._create_gateway_endpoint("s3", self._s3_statements())
        self._create_gateway_endpoint("dynamodb", [self._our_tables()])
        services = sorted(set(network.settings.interface_endpoints))
        if services:
            security_group_id = self._create_security_group()
            for service in services:
                self._create_interface_endpoint(service, security_group_id)

    @property
    def s3_prefix_list_id(self) -> str:
        """S3's addresses in the region, for the rule of a group that calls by the gateway endpoint."""
        return self._s3.prefix_list_id

    def allow_bucket(self, bucket_arn: str) -> None:
        """Let the VPC reach a bucket through the S3 endpoint, beside those that others added."""
        if bucket_arn not in self._bucket_arns:
            self._bucket_arns.append(bucket_arn)
            self._s3.policy = document(self._s3_statements())

    def allow_downloads(self, sid: str, buckets: Sequence[str]) -> None:
        """Let the VPC read the objects of buckets of others, given by name; `sid` says whose, unique for the endpoint.

        Raises ValueError for a statement's id that the endpoint's policy has already.
        """
        if sid in AWS_BUCKETS or sid in self._downloads:
            raise ValueError(f"the S3 endpoint's policy has a statement {sid} already")
        self._downloads[sid] = list(buckets)
        self._s3.policy = document(self._s3_statements())

    def _s3_statements(self) -> list[Statement]:
        region = self._foundation.names.region
        theirs = {sid: [each.format(region=region) for each in buckets] for sid, buckets in AWS_BUCKETS.items()}
        resources = [resource for arn in self._bucket_arns for resource in (arn, f"{arn}/*")]
        ours = [allow("OurBuckets", principal="*", actions=["s3:*"], resources=resources)] if resources else []
        downloads = [_download(sid, buckets) for sid, buckets in {**theirs, **self._downloads}.items()]
        readable = self._network.settings.readable_buckets
        return [*ours, *downloads, *([_read(readable)] if readable else [])]

    def _our_tables(self) -> Statement:
        names = self._foundation.names
        tables = f"arn:aws:dynamodb:{names.region}:{names.account_id}:*"
        return allow("OurTables", principal="*", actions=["dynamodb:*"], resources=[tables])

    def _create_gateway_endpoint(self, service: str, statements: list[Statement]) -> VpcEndpoint:
        routing = self._network.routing
        public = [routing.public_route_table_id] if routing.public_route_table_id else []
        return self._make(
            VpcEndpoint,
            f"endpoint_{service}",
            vpc_id=self._network.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=self._service_name(service),
            # A gateway endpoint takes no principal but everyone ("Amazon VPC, Control access using endpoint policies").
            policy=document(statements),
            route_table_ids=[*routing.app_route_table_ids.values(), *public],
            tags={"Name": self._foundation.names.of(service)},
        )

    def _create_security_group(self) -> str:
        """Return the id of a group that lets the VPC in on 443, and nothing out: an endpoint only answers."""
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
            # The service's usual name leads to the endpoint: no client needs another address.
            private_dns_enabled=True,
            policy=document(self._our_principals()) if service in LIMITED_TO_OUR_ACCOUNT else None,
            tags={"Name": self._foundation.names.of(service.replace(".", "-"))},
        )

    def _our_principals(self) -> list[Statement]:
        """Return who may use an interface endpoint.

        [Data perimeter policy examples, VPC endpoint policy examples]
        (https://github.com/aws-samples/data-perimeter-policy-examples/tree/main/vpc_endpoint_policies): our account's
        roles, and AWS's services where one acts from inside the VPC in its own name.
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
    """Return the statement that lets the objects of these buckets be read."""
    objects = [f"arn:aws:s3:::{bucket}/*" for bucket in buckets]
    return allow(sid, principal="*", actions=["s3:GetObject"], resources=objects)


def _read(buckets: Sequence[str]) -> Statement:
    """Return the statement that lets these buckets be listed, and their objects be read."""
    resources = [resource for bucket in buckets for resource in (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*")]
    return allow("ReadableBuckets", principal="*", actions=_READ, resources=resources)
