"""A synthesized stack as in AWS: its resources with ARNs, and its policy documents.

Terraform's tokens (`${aws_sqs_queue.jobs.arn}`) are replaced with the values that they would have in AWS, so that
patterns can be compared. Identifiers that AWS chooses are derived from the resource's address.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from iam.evaluation import Statement, listed
from tests.support.template import Template

PolicyKind = Literal[
    "trust",
    "identity",
    "managed",
    "bucket",
    "domain",
    "key",
    "topic",
    "queue",
    "logs",
    "repository",
    "endpoint",
    "function",
]

#: The attributes that contain policy documents, and the kind of each.
POLICY_ATTRIBUTES: dict[tuple[str, str], PolicyKind] = {
    ("aws_iam_role", "assume_role_policy"): "trust",
    ("aws_iam_role_policy", "policy"): "identity",
    ("aws_iam_policy", "policy"): "managed",
    ("aws_iam_group_policy", "policy"): "managed",
    ("aws_s3_bucket_policy", "policy"): "bucket",
    ("aws_kms_key", "policy"): "key",
    ("aws_opensearch_domain", "access_policies"): "domain",
    ("aws_sns_topic_policy", "policy"): "topic",
    ("aws_sqs_queue", "policy"): "queue",
    ("aws_cloudwatch_log_resource_policy", "policy_document"): "logs",
    ("aws_ecr_repository_policy", "policy"): "repository",
    ("aws_vpc_endpoint", "policy"): "endpoint",
}
#: Values of attributes that are not in the resource's block: `{id}` is derived from the address, `{account}` and
#: `{region}` are the resource's, the others are attributes of its block.
ATTRIBUTES = {
    "aws_cloudfront_distribution.arn": "arn:aws:cloudfront::{account}:distribution/{id}",
    "aws_cloudtrail.arn": "arn:aws:cloudtrail:{region}:{account}:trail/{name}",
    "aws_cloudwatch_log_group.arn": "arn:aws:logs:{region}:{account}:log-group:{name}",
    "aws_db_instance.master_user_secret": "arn:aws:secretsmanager:{region}:{account}:secret:rds!db-{id}-a1B2c3",
    "aws_db_instance.arn": "arn:aws:rds:{region}:{account}:db:{identifier}",
    "aws_db_proxy.arn": "arn:aws:rds:{region}:{account}:db-proxy:prx-{id}",
    "aws_db_instance.resource_id": "db-{id}",
    "aws_ecs_task_definition.arn": "arn:aws:ecs:{region}:{account}:task-definition/{family}:1",
    "aws_eks_cluster.issuer": "https://oidc.eks.{region}.amazonaws.com/id/{id}",
    "aws_eks_node_group.arn": "arn:aws:eks:{region}:{account}:nodegroup/{cluster_name}/{node_group_name}/{id}",
    "aws_elasticache_replication_group.arn": (
        "arn:aws:elasticache:{region}:{account}:replicationgroup:{replication_group_id}"
    ),
    "aws_iam_openid_connect_provider.arn": "arn:aws:iam::{account}:oidc-provider/{url|host}",
    "aws_iam_policy.arn": "arn:aws:iam::{account}:policy/{name}",
    "aws_iam_service_linked_role.arn": "arn:aws:iam::{account}:role/aws-service-role/{aws_service_name}/AWSServiceRole",
    "aws_iam_role.arn": "arn:aws:iam::{account}:role/{name}",
    "aws_iam_role.id": "{name}",
    "aws_iam_user.arn": "arn:aws:iam::{account}:user/{name}",
    "aws_kinesis_stream.arn": "arn:aws:kinesis:{region}:{account}:stream/{name}",
    "aws_instance.id": "{id}",
    "aws_kms_key.arn": "arn:aws:kms:{region}:{account}:key/{id}",
    "aws_lambda_alias.arn": "arn:aws:lambda:{region}:{account}:function:{function_name}:{name}",
    "aws_lambda_function.arn": "arn:aws:lambda:{region}:{account}:function:{function_name}",
    "aws_lb.arn": "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{id}",
    "aws_lb_target_group.arn": "arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/{name}/{id}",
    "aws_rds_cluster.arn": "arn:aws:rds:{region}:{account}:cluster:{cluster_identifier}",
    "aws_rds_cluster.cluster_resource_id": "cluster-{id}",
    "aws_rds_cluster.master_user_secret": "arn:aws:secretsmanager:{region}:{account}:secret:rds!cluster-{id}-a1B2c3",
    "aws_route53_zone.zone_id": "Z{id}",
    "aws_s3_bucket.id": "{bucket}",
    "aws_secretsmanager_secret.arn": "arn:aws:secretsmanager:{region}:{account}:secret:{name}-a1B2c3",
    "aws_secretsmanager_secret.id": "arn:aws:secretsmanager:{region}:{account}:secret:{name}-a1B2c3",
    "aws_sns_topic.arn": "arn:aws:sns:{region}:{account}:{name}",
    "aws_sqs_queue.arn": "arn:aws:sqs:{region}:{account}:{name}",
    "aws_subnet.id": "subnet-{id}",
    "aws_vpc.id": "vpc-{id}",
    "aws_wafv2_web_acl.arn": "arn:aws:wafv2:{region}:{account}:regional/webacl/{name}/{id}",
}
_RESOURCE = r"(?P<type>aws_\w+)\.(?P<name>\w+)\."
_ISSUER = rf"{_RESOURCE}identity\[0\]\.oidc\[0\]\.(?P<attribute>issuer)"
#: Expressions between `${` and `}`: the pattern of an attribute, and the filter for its value.
EXPRESSIONS = {
    rf"{_RESOURCE}(?P<attribute>\w+)": "",
    # The secret that RDS manages, as in `DatabasePrerequisites.managed_secret_arn`.
    rf"concat\({_RESOURCE}(?P<attribute>master_user_secret)\[\*\].*\)\[0\]": "",
    # The ID of a proxy, the end of its ARN.
    rf'element\(split\(":", {_RESOURCE}(?P<attribute>arn)\), 6\)': "last",
    _ISSUER: "",
    rf'replace\({_ISSUER}, "https://", ""\)': "host",
}
#: Terraform escapes a literal `${x}` as `$${x}`.
_TOKEN = re.compile(r"(?<!\$)\$\{([^}]+)\}")
_FIELD = re.compile(r"\{([\w.-]+)(?:\|(\w+))?\}")
_FILTERS: dict[str, Callable[[str], str]] = {
    "bucket": lambda text: text.partition("/")[0],
    # The ARN of a function, of that of an alias too.
    "function": lambda text: ":".join(text.split(":")[:7]),
    "host": lambda text: text.removeprefix("https://"),
    "issuer": lambda text: text.partition("/")[2],
    "last": lambda text: text.rpartition(":")[2],
    "log_group": lambda text: text.removesuffix(":*"),
    "path": lambda text: text.partition("/")[2],
    "repository": lambda text: _repository(text),
    # A secret's ARN without the JSON key after it: [Secret, valueFrom]
    # (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html).
    "secret": lambda text: ":".join(text.split(":")[:7]),
}


class UnknownTokenError(LookupError):
    """The expression or the attribute of a token is not in the tables above; add it there."""


@dataclass(frozen=True)
class Resource:
    """A resource of a stack."""

    stack: "Stack"
    type: str
    name: str
    block: Mapping[str, Any]

    @property
    def address(self) -> str:
        return f"{self.type}.{self.name}"

    @property
    def region(self) -> str:
        """The region of the resource's provider."""
        region: str = self.stack.regions[self.block.get("provider", "aws")]
        return region

    @property
    def id(self) -> str:
        """The substitute for an identifier that AWS chooses."""
        return self.name.replace("_", "").upper()

    def attribute(self, name: str) -> str:
        """Return the value that an attribute would have in AWS. Raises UnknownTokenError."""
        template = ATTRIBUTES.get(f"{self.type}.{name}")
        if template is not None:
            return fill(template, self)
        if name not in self.block:
            raise UnknownTokenError(f"{self.address}.{name}: not in ATTRIBUTES of {__file__}")
        return str(self.stack.resolve(self.block[name]))

    def has(self, path: str) -> bool:
        """Return whether a dotted path has a value that is not false."""
        return bool(look_up(self.block, path))

    def find(self, path: str) -> Any:
        """Return the resolved value at a dotted path, or None. The path passes through first items, and JSON strings.

        `account`, `region`, `id`, and `arn` are the resource's own.
        """
        if path in ("account", "region", "id", "address"):
            return self.stack.account if path == "account" else getattr(self, path)
        if f"{self.type}.{path}" in ATTRIBUTES:
            return self.attribute(path)
        return self.stack.resolve(look_up(self.block, path))


@dataclass(frozen=True)
class Document:
    """A policy document of a stack."""

    resource: Resource
    kind: PolicyKind
    text: str
    """The document with its tokens resolved."""

    @property
    def where(self) -> str:
        return f"{self.resource.stack.name} {self.resource.address}"

    @cached_property
    def statements(self) -> list[Statement]:
        found: list[Statement] = json.loads(self.text)["Statement"]
        return found


class Stack:
    """One synthesized stack."""

    def __init__(self, template: Template) -> None:
        self.name = template.folder.name
        self._template = template
        providers = template.json["provider"]["aws"]
        self.regions = {f"aws.{each['alias']}" if "alias" in each else "aws": each["region"] for each in providers}
        (self.account,) = providers[0]["allowed_account_ids"]

    @cached_property
    def resources(self) -> list[Resource]:
        """All resources, by type and name."""
        return [
            Resource(self, kind, name, block)
            for kind in sorted(self._template.json.get("resource", {}))
            for name, block in sorted(self._template.resources(kind).items())
        ]

    def of_type(self, kind: str) -> list[Resource]:
        """Return the resources of a type."""
        return [each for each in self.resources if each.type == kind]

    def resolve(self, value: Any) -> Any:
        """Return a value with all its tokens resolved. Raises UnknownTokenError."""
        if isinstance(value, str):
            return _TOKEN.sub(lambda match: self._token(match[1]), value)
        if isinstance(value, list):
            return [self.resolve(each) for each in value]
        if isinstance(value, Mapping):
            return {key: self.resolve(each) for key, each in value.items()}
        return value

    @cached_property
    def documents(self) -> list[Document]:
        """The stack's policy documents, including the policies of its functions."""
        written = [
            Document(resource, kind, self.resolve(resource.block[attribute]).replace("$${", "${"))
            for resource in self.resources
            for (type_, attribute), kind in POLICY_ATTRIBUTES.items()
            if resource.type == type_ and attribute in resource.block
        ]
        return [*written, *self._function_policies()]

    def policies_of(self, arn: str) -> list[Document]:
        """Return the resource-based policies of the resource with this ARN."""
        return [each for each in self.documents if each.kind not in ("identity", "managed") and _is_about(each, arn)]

    def role_policies(self, role_arn: str) -> list[Document]:
        """Return the inline policies of a role."""
        name = role_arn.rpartition("/")[2]
        return [each for each in self.documents if each.kind == "identity" and each.resource.find("role") == name]

    def managed_policies(self, role_arn: str) -> list[str]:
        """Return the ARNs of the policies attached to a role."""
        name = role_arn.rpartition("/")[2]
        attached = self.of_type("aws_iam_role_policy_attachment")
        return [each.find("policy_arn") for each in attached if each.find("role") == name]

    def _token(self, expression: str) -> str:
        if expression.startswith("local."):
            return str(self.resolve(self._template.json["locals"][expression.removeprefix("local.")]))
        for pattern, filter_ in EXPRESSIONS.items():
            if match := re.fullmatch(pattern, expression):
                block = self._template.resource(f"{match['type']}.{match['name']}")
                resource = Resource(self, match["type"], match["name"], block)
                return _filtered(resource.attribute(match["attribute"]), filter_)
        raise UnknownTokenError(f"{self.name}: ${{{expression}}}: not in EXPRESSIONS of {__file__}")

    def _function_policies(self) -> Iterator[Document]:
        """Yield the policy of each function and alias with permissions, as Lambda creates it.

        [AddPermission](https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html).
        """
        for holder in (*self.of_type("aws_lambda_function"), *self.of_type("aws_lambda_alias")):
            arn = holder.attribute("arn")
            permissions = [each for each in self.of_type("aws_lambda_permission") if _permitted_arn(each) == arn]
            if permissions:
                statements = [_permission_statement(each, arn) for each in permissions]
                yield Document(holder, "function", json.dumps({"Version": "2012-10-17", "Statement": statements}))


def look_up(block: Any, path: str) -> Any:
    """Return the unresolved value at a dotted path of a block, which passes through first items and JSON strings."""
    found = block
    for part in path.split("."):
        if isinstance(found, str):
            found = json.loads(found)
        if isinstance(found, list):
            found = found[0] if found else None
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def fill(template: str, *sources: Any) -> str:
    """Return the template with each field from the first source that has it; a source has a method `find`."""

    def field(match: re.Match[str]) -> str:
        for source in sources:
            value = source.find(match[1])
            if value is not None:
                (text,) = listed(value)[:1]
                return _filtered(text, match[2])
        raise LookupError(f"{template}: no {match[1]} in {sources}")

    return _FIELD.sub(field, template)


def _filtered(text: str, name: str | None) -> str:
    """Return the text after a filter."""
    return _FILTERS[name](text) if name else text


def _repository(image: str) -> str:
    """Return the ARN of the ECR repository of an image."""
    host, _, name = image.partition("/")
    account, _, _, region, *_ = host.split(".")
    return f"arn:aws:ecr:{region}:{account}:repository/{name.rpartition(':')[0]}"


def _permitted_arn(permission: Resource) -> str:
    """Return the ARN of the function or alias that a permission is for."""
    qualifier = permission.find("qualifier")
    return f"{permission.find('function_name')}:{qualifier}" if qualifier else str(permission.find("function_name"))


def _permission_statement(permission: Resource, function_arn: str) -> Statement:
    source_arn, source_account = permission.find("source_arn"), permission.find("source_account")
    condition = {
        **({"ArnLike": {"AWS:SourceArn": source_arn}} if source_arn else {}),
        **({"StringEquals": {"AWS:SourceAccount": source_account}} if source_account else {}),
    }
    return {
        "Sid": permission.find("statement_id"),
        "Effect": "Allow",
        "Principal": {"Service": permission.find("principal")},
        "Action": permission.find("action"),
        "Resource": function_arn,
        "Condition": condition,
    }


def _is_about(document: Document, arn: str) -> bool:
    """Return whether the document is the policy of the resource with this ARN, or of the resource that contains it."""
    resource = document.resource
    match document.kind:
        case "trust" | "key" | "queue" | "function":
            return resource.attribute("arn") == arn
        case "bucket":
            bucket = f"arn:aws:s3:::{resource.find('bucket')}"
            return arn == bucket or arn.startswith(f"{bucket}/")
        case "topic":
            return bool(resource.find("arn") == arn)
        case "logs":
            return arn.startswith(f"arn:aws:logs:{resource.region}:")
        case _:
            return False
