"""What the pipeline of an application may do with its function."""

from modules.delivery.pipeline.recording import publishing_statements, recording_statements
from modules.events.function.keys.releases import ALIAS
from modules.events.keys.login_functions import FUNCTION_NAME_LIMIT
from modules.foundation.names import Names
from modules.foundation.policies import Statement, allow

#: Actions of `ops release-function` on the function. Not GetFunction, which returns the code.
_RELEASE = (
    "lambda:GetAlias",
    "lambda:GetFunctionConfiguration",
    "lambda:ListVersionsByFunction",
    "lambda:PublishVersion",
    "lambda:UpdateAlias",
    "lambda:UpdateFunctionCode",
)


def release_statements(label: str, names: Names, *, message_key_arn: str | None) -> list[Statement]:
    """Return the statements to release versions of this function, and to take them back.

    The configuration stays Terraform's, and with it the role, with which the released code runs.
    """
    function = f"arn:aws:lambda:{names.region}:{names.account_id}:function:{names.of(label, FUNCTION_NAME_LIMIT)}"
    versions = f"{function}:*"
    return [
        # With a qualifier, the resource of a request is a version or the alias.
        allow("Release", actions=_RELEASE, resources=[function, versions]),
        # Not the function itself, whose ARN ends with its name.
        allow("TryAndDeleteVersions", actions=["lambda:DeleteFunction", "lambda:InvokeFunction"], resources=[versions]),
        allow("Provisioned", actions=["lambda:GetProvisionedConcurrencyConfig"], resources=[f"{function}:{ALIAS}"]),
        # [Actions, resources, and condition keys for Amazon CloudWatch]
        # (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html): the action
        # has no resource types.
        allow("CountErrors", actions=["cloudwatch:GetMetricData"], resources=["*"]),
        *recording_statements(names, "release_function"),
        *(publishing_statements(names, "info", "critical", key_arn=message_key_arn) if message_key_arn else ()),
    ]
