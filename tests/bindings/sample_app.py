"""A small app that uses the bindings in every possible way: by submodule, by attribute, by import.

It writes the names of the loaded submodules of the bindings to the file in SAMPLE_IMPORTS, if that is set.
"""

import json
import os
import sys
from pathlib import Path

import modules  # noqa: F401 - the bindings are lazy from here on

# isort: split

import cdktf_cdktf_provider_aws as aws
from cdktf import App, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws import iam_role
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from cdktf_cdktf_provider_aws.vpc import Vpc


def build(stack: TerraformStack) -> None:
    AwsProvider(stack, "aws", region="eu-north-1", default_tags=[AwsProviderDefaultTags(tags={"Team": "a"})])
    network = Vpc(stack, "network", cidr_block="10.0.0.0/16", enable_dns_support=True, tags={"Name": "sample"})
    group = aws.security_group.SecurityGroup(
        stack,
        "group",
        vpc_id=network.id,
        ingress=[
            aws.security_group.SecurityGroupIngress(
                from_port=443, to_port=443, protocol="tcp", cidr_blocks=["0.0.0.0/0"]
            )
        ],
    )
    role = iam_role.IamRole(stack, "role", assume_role_policy=json.dumps({"Version": "2012-10-17"}))
    table = aws.dynamodb_table.DynamodbTable(stack, "table", name="sample", hash_key="id")
    table.put_point_in_time_recovery(enabled=True)
    # A nested object, which the kernel returns by reference.
    TerraformOutput(stack, "recovery", value=table.point_in_time_recovery.enabled)
    TerraformOutput(stack, "group_id", value=group.id)
    TerraformOutput(stack, "role_arn", value=role.arn)


def main() -> None:
    app = App()
    build(TerraformStack(app, "sample"))
    app.synth()
    if imports := os.environ.get("SAMPLE_IMPORTS"):
        prefix = f"{aws.__name__}."
        loaded = sorted(name.removeprefix(prefix) for name in sys.modules if name.startswith(prefix))
        Path(imports).write_text("\n".join(loaded), encoding="utf-8")


if __name__ == "__main__":
    main()
