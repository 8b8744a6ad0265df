"""GuardDuty: features of detectors.

- AWS: an account has one detector in a Region, and CreateDetector refuses a second one. All optional features of a new
  detector are enabled except Runtime Monitoring ([CreateDetector]
  (https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html)). UpdateDetector changes only the
  features that it names, and GetDetector returns all. Moto 5.2.5 accepts a second detector, and replaces the features
  by those of the last request. Added: all of it. Nothing is ever found.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from local_aws.extend import add

#: Those of the AWS provider's release; AWS adds others from time to time.
ENABLED = ("S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS")
DISABLED = ("EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING")


def install() -> None:
    """Correct Moto's detectors."""
    from moto.guardduty.models import Detector, GuardDutyBackend

    add(GuardDutyBackend, _only_one(GuardDutyBackend.create_detector))
    add(Detector, _merged(Detector.update))


def _only_one(create: Callable[..., str]) -> Callable[..., str]:
    def create_detector(backend: Any, *arguments: Any, **named: Any) -> str:
        from moto.core.exceptions import JsonRESTError

        if backend.detectors:
            raise JsonRESTError(
                "BadRequestException",
                "The request is rejected because a detector already exists for the current account.",
            )
        id = create(backend, *arguments, **named)
        detector = backend.detectors[id]
        given, detector.features = detector.features, []
        _merge(detector, [_feature(name, "ENABLED") for name in ENABLED])
        _merge(detector, [_feature(name, "DISABLED") for name in DISABLED])
        _merge(detector, given)
        return id

    return create_detector


def _merged(update: Callable[..., None]) -> Callable[..., None]:
    def wrapped(detector: Any, enable: Any, frequency: Any, sources: Any, features: Any) -> None:
        update(detector, enable, frequency, sources, None)
        _merge(detector, features or ())

    wrapped.__name__ = "update"
    return wrapped


def _feature(name: str, status: str) -> dict[str, Any]:
    return {"name": name, "status": status}


def _merge(detector: Any, features: Sequence[dict[str, Any]]) -> None:
    for feature in features:
        by_name = {each["name"]: each for each in detector.features}
        by_name[feature["name"]] = {**by_name.get(feature["name"], {}), **feature, "updatedAt": time.time()}
        detector.features = list(by_name.values())
