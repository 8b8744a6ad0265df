"""An app that reads attributes in every way that matters for the references of `modules/bindings/references.py`.

It prints the numbers of messages to the kernel, by kind, to the file in MESSAGES, if that is set.
"""

import json
import os
from collections import Counter
from pathlib import Path

import modules  # noqa: F401 - the bindings are lazy from here on

# isort: split

import jsii
from cdktf import App, Fn, TerraformElement, TerraformIterator, TerraformLocal, TerraformOutput, TerraformStack, Token
from cdktf_cdktf_provider_aws.data_aws_vpc import DataAwsVpc
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.s3_object import S3Object
from cdktf_cdktf_provider_aws.s3_tables_table_bucket import S3TablesTableBucket
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from constructs import Construct, Node


class Renaming(TerraformStack):
    """A stack with logical IDs of its own."""

    @jsii.member(jsii_name="allocateLogicalId")
    def _allocate_logical_id(self, element: Node | TerraformElement) -> str:
        assert isinstance(element, TerraformElement)
        return "own-" + "-".join(scope.node.id for scope in element.node.scopes[1:])


class Part(Construct):
    """Resources below a scope, whose ID is part of their logical IDs."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self.vpc = Vpc(self, "Resource", cidr_block="10.0.0.0/16")
        self.subnet = Subnet(self, "a/subnet of it", vpc_id=self.vpc.id, cidr_block=self.vpc.cidr_block)


def provided(app: App, name: str, kind: type[TerraformStack] = TerraformStack) -> TerraformStack:
    stack = kind(app, name)
    AwsProvider(stack, "aws", region="eu-north-1")
    return stack


def read_addresses(stack: TerraformStack) -> None:
    """Logical IDs that CDKTF allocates, and such as are given early, late, twice, and not at all anymore."""
    part = Part(Part(stack, "part"), "Default")
    Part(part, "another-part")
    early = Vpc(stack, "early", cidr_block=part.vpc.cidr_block)
    early.override_logical_id("first")
    early.override_logical_id("second")
    late = Vpc(stack, "late", tags={"of": early.arn, early.id: "key"})
    before = late.arn
    late.override_logical_id("ignored")
    reset = Vpc(stack, "reset", tags={"late": before, "later": late.id})
    reset.override_logical_id("reset_again")
    reset.reset_override_logical_id()
    asked = Vpc(stack, "asked", tags={"reset": reset.arn})
    asked.get_string_attribute("arn")
    asked.override_logical_id("too_late")
    untouched = Vpc(stack, "untouched", tags={"asked": asked.arn})
    _ = untouched.terraform_resource_type
    untouched.override_logical_id("in_time")
    Vpc(stack, "last", tags={"untouched": untouched.arn, "data": DataAwsVpc(stack, "found").id})


def read_into_text(stack: TerraformStack, vpc: Vpc) -> None:
    """References in JSON, in expressions, in functions, and after text that looks like Terraform's."""
    role = IamRole(stack, "role", assume_role_policy=json.dumps({"Resource": [vpc.arn, f"{vpc.arn}/*"]}))
    role.add_override("description", vpc.arn)
    role.permissions_boundary = f"{vpc.arn}/${{data.aws_region.here.name}}"
    for number, text in enumerate(
        (
            f"${{upper({vpc.id})}} {vpc.id}",
            f"$${{not {vpc.id}}}",
            f'{vpc.id}}}\n"{vpc.arn}"',
            Fn.join("-", [vpc.id, f"a-{vpc.arn}"]),
            Fn.upper(vpc.id) + vpc.arn,
            vpc.main_route_table_id,
        )
    ):
        SqsQueue(stack, f"queue{number}", name=text, tags={vpc.id: vpc.arn})
    TerraformLocal(stack, "local", {"id": vpc.id})
    TerraformOutput(stack, "output", value=[vpc.id, {"arn": vpc.arn}, Token.is_unresolved(vpc.id)])
    group = SecurityGroup(stack, "group", vpc_id=vpc.id)
    group.put_timeouts(create=vpc.id)
    group.add_override("tags.vpc", vpc.arn)


def read_the_rest(stack: TerraformStack) -> None:
    """Resources with more than one value, and names that Python has in another form than Terraform."""
    repeated = SqsQueue(stack, "repeated", for_each=TerraformIterator.from_list(["a", "b"]), name="a")
    counted = SqsQueue(stack, "counted", count=2, name=repeated.arn)
    later = SqsQueue(stack, "later", name=counted.arn)
    later.for_each = TerraformIterator.from_list(["c"])
    other = S3TablesTableBucket(stack, "tables", name=later.arn)
    S3Object(stack, "object", bucket=other.arn, key=S3Object(stack, "o", bucket="b", key="k").checksum_crc32_c)


def main() -> None:
    counts: Counter[str] = Counter()
    provider = jsii.kernel.provider
    for name in ("create", "get", "set", "invoke", "sinvoke"):
        call = getattr(provider, name)
        setattr(provider, name, lambda request, call=call, name=name: (counts.update([name]), call(request))[1])
    app = App()
    stack = provided(app, "one")
    read_addresses(stack)
    vpc = Vpc(stack, "vpc", cidr_block="10.0.0.0/16")
    read_into_text(stack, vpc)
    read_the_rest(stack)
    other = provided(app, "other")
    Subnet(other, "subnet", vpc_id=vpc.id, cidr_block="10.0.0.0/24", tags={"same": vpc.id})
    renaming = provided(app, "renaming", Renaming)
    Vpc(renaming, "vpc", tags={"part": Part(renaming, "part").vpc.arn})
    app.synth()
    if messages := os.environ.get("MESSAGES"):
        Path(messages).write_text(json.dumps(counts), encoding="utf-8")


if __name__ == "__main__":
    main()
