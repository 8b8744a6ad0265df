"""Secrets Manager: rotation of secrets that RDS manages or that have no value yet, and names of deleted secrets.

- AWS: a secret that a service manages (such as the master user's, by RDS) is rotated by that service: RotateSecret
  accepts days or a schedule without a function, and so does CancelRotateSecret. Moto 5.2.5 rotates without a function,
  but does not cancel without one, so that the provider cannot end the rotation. Added: the rotation of a managed secret
  can be canceled.
- AWS: RotateSecret invokes the function with the ID of a new version, even if the secret has no version yet. Moto fails
  because that ID is missing. Added: the ID.
- AWS: a secret that is scheduled for deletion keeps its name; CreateSecret fails with InvalidRequestException, after
  which the provider retries for some time ([DeleteSecret]
  (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html)). Moto fails with the error for
  a name in use. Added: AWS's error.
"""

from collections.abc import Callable
from typing import Any


def install() -> None:
    """Let the rotation of managed secrets be canceled, and correct rotation and creation."""
    from moto.secretsmanager.models import SecretsManagerBackend

    from local_aws.extend import add

    add(SecretsManagerBackend, _of_managed(SecretsManagerBackend.cancel_rotate_secret))
    add(SecretsManagerBackend, _without_value(SecretsManagerBackend.rotate_secret))
    add(SecretsManagerBackend, _unless_scheduled(SecretsManagerBackend.create_secret))


def _of_managed(cancel: Callable[[Any, str], str]) -> Callable[[Any, str], str]:
    def cancel_rotate_secret(backend: Any, secret_id: str) -> str:
        secret = backend.secrets[secret_id] if backend._is_valid_identifier(secret_id) else None
        owners = [tag for tag in getattr(secret, "tags", None) or [] if tag["Key"].endswith(":owningService")]
        if secret is None or not owners or secret.is_deleted():
            return cancel(backend, secret_id)
        secret.rotation_enabled = False
        return str(secret.to_short_dict())

    return cancel_rotate_secret


def _without_value(rotate: Callable[..., str]) -> Callable[..., str]:
    def rotate_secret(backend: Any, secret_id: str, *given: Any, **named: Any) -> str:
        secret = backend.secrets[secret_id] if backend._is_valid_identifier(secret_id) else None
        if secret is None or secret.versions:
            return rotate(backend, secret_id, *given, **named)
        # Moto begins a new version only in addition to another one.
        secret.versions = {"": {"version_id": "", "version_stages": []}}
        try:
            return rotate(backend, secret_id, *given, **named)
        finally:
            secret.versions.pop("", None)

    return rotate_secret


def _unless_scheduled(create: Callable[..., str]) -> Callable[..., str]:
    def create_secret(backend: Any, name: str, *given: Any, **named: Any) -> str:
        from moto.secretsmanager.exceptions import InvalidRequestException

        if backend._is_valid_identifier(name) and backend.secrets[name].is_deleted():
            message = "You can't create this secret because a secret with this name is already scheduled for deletion."
            raise InvalidRequestException(message)
        return create(backend, name, *given, **named)

    return create_secret
