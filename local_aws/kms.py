"""KMS: the period of automatic key rotation.

AWS: EnableKeyRotation accepts RotationPeriodInDays (90 to 2560, by default 365) and GetKeyRotationStatus returns it
with the date of the next rotation. Moto 5.2.5 drops the period, so that every plan tries to set it again. Added: the
period is checked, stored, and returned.
"""

import json
import time
from typing import Any

DEFAULT_PERIOD = 365
SHORTEST_PERIOD, LONGEST_PERIOD = 90, 2560

_SECONDS_A_DAY = 86_400


def install() -> None:
    """Replace the three rotation operations of Moto's KMS."""
    from moto.kms.responses import KmsResponse

    from local_aws.extend import add

    add(KmsResponse, enable_key_rotation, disable_key_rotation, get_key_rotation_status)


def enable_key_rotation(response: Any) -> str:
    """EnableKeyRotation, with its RotationPeriodInDays."""
    from moto.kms.exceptions import ValidationException

    key = _key(response)
    # Without the parameter, AWS keeps the key's previous period.
    period = response._get_param("RotationPeriodInDays") or getattr(key, "rotation_period", DEFAULT_PERIOD)
    if not SHORTEST_PERIOD <= period <= LONGEST_PERIOD:
        raise ValidationException(
            f"RotationPeriodInDays {period} is outside {SHORTEST_PERIOD} to {LONGEST_PERIOD} days"
        )
    key.key_rotation_status = True
    key.rotation_period = period
    key.rotation_start = time.time()
    return "{}"


def disable_key_rotation(response: Any) -> str:
    """DisableKeyRotation."""
    _key(response).key_rotation_status = False
    return "{}"


def get_key_rotation_status(response: Any) -> str:
    """GetKeyRotationStatus, with the period and the next date while rotation is enabled."""
    key = _key(response)
    status: dict[str, Any] = {"KeyId": key.arn, "KeyRotationEnabled": key.key_rotation_status}
    if key.key_rotation_status:
        # A key whose rotation was not enabled by our method (but by CloudFormation, for example) has no period yet.
        period = getattr(key, "rotation_period", DEFAULT_PERIOD)
        start = getattr(key, "rotation_start", time.time())
        status["RotationPeriodInDays"] = period
        status["NextRotationDate"] = start + period * _SECONDS_A_DAY
    return json.dumps(status)


def _key(response: Any) -> Any:
    key_id = response._get_param("KeyId")
    response._validate_cmk_id(key_id)
    backend = response.kms_backend
    return backend.keys[backend.get_key_id(key_id)]
