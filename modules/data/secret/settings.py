"""The `secret` blocks: Secrets Manager secrets. `python -m ops secret set` stores their values, which are not here."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from modules.foundation.names import Names
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import NotAllowed, Settings, TieredSettings, tiered

#: [DeleteSecret, RecoveryWindowInDays]
#: (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html): 7 to 30, or 0 for immediate
#: deletion. 0 in development, so that an environment can be recreated: a secret that is scheduled for deletion keeps
#: its name.
RECOVERY_WINDOW_DAYS = {"development": 0, "staging": 7, "production": 30}


def secret_name(names: Names, label: str) -> str:
    """Return a secret's name in Secrets Manager. It is a path, so that a policy can match an environment's secrets."""
    return f"{names.product}/{names.environment}/{label}"


class RotationSettings(Settings):
    """The `rotation` block of a secret: a function that rotates the secret, for the first time immediately."""

    function: str = Field(examples=["database-login"], description="Name of a `function` block.")
    days: int = Field(default=30, ge=1, le=1000, description="Days between rotations, 1 to 1000.")


class SecretSettings(TieredSettings):
    """A `secret` block: a secret in AWS Secrets Manager."""

    renamed: ClassVar[Mapping[str, str]] = {"recovery_window_days": "recovery_window_in_days"}

    description: str = Field(
        default="",
        max_length=2048,
        examples=["Where alarms are posted"],
        description="The purpose of the secret, and where to get a new value; not the value itself.",
    )
    recovery_window_in_days: Annotated[
        int, NotAllowed((0,), "a secret deleted by mistake could not be restored", "write 7 to 30")
    ] = tiered(
        development=RECOVERY_WINDOW_DAYS["development"],
        staging=RECOVERY_WINDOW_DAYS["staging"],
        production=RECOVERY_WINDOW_DAYS["production"],
        description="Days within which a deleted secret can be restored: 7 to 30, or 0 for immediate deletion.",
    )
    rotation: RotationSettings | None = Field(default=None, description="Automatic rotation.")

    @model_validator(mode="after")
    def _rules(self) -> "SecretSettings":
        raise_findings(self._findings())
        return self

    def _findings(self) -> Iterator[Finding]:
        days, at = self.recovery_window_in_days, ("recovery_window_in_days",)
        if days != 0 and not 7 <= days <= 30:
            rule = "is not a recovery window of Secrets Manager"
            yield Finding(at, days, rule, "write 7 to 30, or 0 for immediate deletion")
