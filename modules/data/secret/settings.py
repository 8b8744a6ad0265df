"""The `secret` blocks: secrets by name. Their values are put in by `python -m ops secret set`, never written here."""

from collections.abc import Iterator

from pydantic import Field, model_validator

from modules.foundation.names import Names
from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import Settings, TieredSettings, tiered

#: "DeleteSecret, RecoveryWindowInDays": 7 to 30, or 0 for at once. In development a name must be free again when an
#: environment is rebuilt; a secret that is on its way out keeps it.
RECOVERY_WINDOW_DAYS = {"development": 0, "staging": 7, "production": 30}


def secret_name(names: Names, label: str) -> str:
    """Return a secret's name in Secrets Manager; the parts of a path let a policy name an environment's secrets."""
    return f"{names.product}/{names.environment}/{label}"


class RotationSettings(Settings):
    """The `rotation` block of a secret: a function puts in a new value every so often, the first at once."""

    function: str = Field(examples=["database-login"], description="The name of a `function` block.")
    days: int = Field(default=30, ge=1, le=1000, description="Days between two rotations, 1 to 1000.")


class SecretSettings(TieredSettings):
    """A `secret` block: a place for a value, which `python -m ops secret set NAME` puts in."""

    description: str = Field(
        default="",
        max_length=2048,
        examples=["Where alarms are posted"],
        description="What it is for and where a new one comes from; not the value.",
    )
    recovery_window_days: int = tiered(
        development=RECOVERY_WINDOW_DAYS["development"],
        staging=RECOVERY_WINDOW_DAYS["staging"],
        production=RECOVERY_WINDOW_DAYS["production"],
        description="Days within which a deleted secret can be restored: 7 to 30, or 0 for immediate deletion.",
    )
    rotation: RotationSettings | None = Field(default=None, description="Who puts in a new value, and how often.")

    @model_validator(mode="after")
    def _rules(self) -> "SecretSettings":
        refuse(self._findings())
        return self

    def _findings(self) -> Iterator[Finding]:
        days, at = self.recovery_window_days, ("recovery_window_days",)
        if days != 0 and not 7 <= days <= 30:
            yield Finding(at, days, "is not a recovery window of Secrets Manager", "write 7 to 30, or 0 for none")
        elif self.is_production and days == 0:
            yield Finding(
                at, days, "is refused in production: a secret deleted by mistake would be gone", "write 7 to 30"
            )
