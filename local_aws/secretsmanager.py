"""Secrets Manager: rotation of secrets that RDS manages or that have no value yet; names of deleted secrets.

- AWS: a secret that a service manages (the master user's, by RDS) is rotated by that service: RotateSecret takes
  days or a schedule without a function, and CancelRotateSecret is taken likewise. Moto 5.2.5 rotates without a
  function but refuses to cancel without one, so that the provider cannot take the rotation back. Added: a managed
  secret's rotation ends.
- AWS: RotateSecret invokes the function with the id of a version that it shall make, also where the secret has no
  version yet. Moto fails for want of that id. Added: there is one.
- AWS: a secret that is scheduled for deletion keeps its name; CreateSecret says so by InvalidRequestException, for
  which the provider tries again a while ("DeleteSecret",
  https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html). Moto refuses with the error for
  a name that is in use. Added: AWS's own.
"""

from collections.abc import Callable
from typing import Any


def install() -> None:
    """Let Moto's managed secrets stop rotating."""
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
        # Moto begins a new version only beside another one.
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
            told = "You can't create this secret because a secret with this name is already scheduled for deletion."
            raise InvalidRequestException(told)
        return create(backend, name, *given, **named)

    return create_secret
