"""KMS: the rotation period is stored."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def kms(client: Callable[[str], Any]) -> Any:
    return client("kms")


@pytest.fixture
def key_id(kms: Any) -> str:
    return str(kms.create_key()["KeyMetadata"]["KeyId"])


def test_rotation_disabled_has_no_period(kms: Any, key_id: str) -> None:
    status = kms.get_key_rotation_status(KeyId=key_id)
    assert status["KeyRotationEnabled"] is False
    assert "RotationPeriodInDays" not in status


def test_rotation_period_is_stored_and_has_a_default(kms: Any, key_id: str) -> None:
    kms.enable_key_rotation(KeyId=key_id)
    assert kms.get_key_rotation_status(KeyId=key_id)["RotationPeriodInDays"] == 365
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=180)
    status = kms.get_key_rotation_status(KeyId=key_id)
    assert status["RotationPeriodInDays"] == 180
    assert status["NextRotationDate"] > kms.describe_key(KeyId=key_id)["KeyMetadata"]["CreationDate"]
    kms.disable_key_rotation(KeyId=key_id)
    assert kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"] is False


def test_rotation_period_too_long_fails(kms: Any, key_id: str) -> None:
    # boto3 itself rejects a period that is too short.
    with pytest.raises(ClientError, match="2561"):
        kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=2561)
    assert kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"] is False
