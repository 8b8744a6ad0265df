"""The pipeline's roles of an environment, with which its own Terraform runs here as in its jobs."""

from dataclasses import replace
from typing import Any

from modules.delivery.pipeline.role_names import Right, role_arn
from modules.environment_files import EnvironmentFile
from ops.target import Clients, LocalSession, Target, clients_of


def with_role(target: Target, file: EnvironmentFile, right: Right) -> Target:
    """Return the target with the credentials of a role of the pipeline; the target itself without a pipeline.

    A job has a token instead, for which Terraform's S3 backend asks AWS itself, whatever the endpoint is.
    """
    settings = file.settings
    if not settings.pipeline:
        return target
    arn = role_arn(settings.account_names, settings.name, right)
    sts = target.session(settings.account_id).client("sts", region_name=settings.region)
    keys = sts.assume_role(RoleArn=arn, RoleSessionName=right)["Credentials"]
    role = {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    return replace(
        target,
        environment={**target.environment, **role},
        init_environment={**target.init_environment, **role},
        local_role=None,
    )


def clients_of_role(target: Target, file: EnvironmentFile, role: str) -> Clients:
    """Return clients with the credentials of a role, by its ARN, in the environment's account and Region."""
    assert target.local_aws
    keys = clients_of(target, file)("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    session: Any = LocalSession(target.local_aws.endpoint, keys)
    return lambda service: session.client(service, region_name=file.settings.region)
