"""Secrets Manager: rotation of a managed secret starts and ends without a function."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def secrets(client: Callable[[str], Any]) -> Any:
    return client("secretsmanager")


def test_managed_secret_rotation_can_be_started_and_canceled(secrets: Any, client: Callable[[str], Any]) -> None:
    cluster = client("rds").create_db_cluster(
        DBClusterIdentifier=f"db-{uuid4().hex}",
        Engine="aurora-mysql",
        MasterUsername="root",
        ManageMasterUserPassword=True,
    )["DBCluster"]
    secret = {"SecretId": cluster["MasterUserSecret"]["SecretArn"]}
    secrets.rotate_secret(**secret, RotationRules={"AutomaticallyAfterDays": 30}, RotateImmediately=False)
    described = secrets.describe_secret(**secret)
    assert described["RotationEnabled"] is True
    assert described["RotationRules"] == {"AutomaticallyAfterDays": 30}
    secrets.cancel_rotate_secret(**secret)
    assert secrets.describe_secret(**secret)["RotationEnabled"] is False


def test_rotation_of_another_secret_requires_a_function(secrets: Any) -> None:
    arn = secrets.create_secret(Name=f"agora-{uuid4()}", SecretString="not one")["ARN"]
    with pytest.raises(ClientError, match="Lambda function"):
        secrets.cancel_rotate_secret(SecretId=arn)
