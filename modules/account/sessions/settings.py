"""Settings of the `sessions` block."""

from typing import Annotated

from pydantic import Field

from modules.foundation.settings import NotAllowed, TieredSettings, tiered


class SessionsSettings(TieredSettings):
    """The `sessions` block: preferences of Session Manager for the whole account, in each Region of its environments.

    Instances whose `session_manager` key is true, and any other managed instances of the account, use them. A session
    is encrypted with a key of the account beyond TLS, and what is typed and printed in it is logged.

    The preferences are the document `SSM-SessionManagerRunShell`, of which a Region has one. If somebody has saved
    preferences in the console before, it exists, and has to be imported (docs/runbooks/sessions.md).
    """

    # [Specify an idle session timeout value]
    # (https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-timeout.html): 1 to 60.
    idle_timeout_minutes: int = Field(
        default=20, ge=1, le=60, description="Minutes without input after which a session ends; 20 as in AWS's default."
    )
    # [Specify maximum session duration]
    # (https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-max-timeout.html): 1 to 1440.
    maximum_minutes: int = tiered(
        development=480,
        staging=240,
        production=60,
        ge=1,
        le=1440,
        description="Minutes after which a session ends, even in use. AWS has no limit by default; in production, a "
        "forgotten session should not last long.",
    )
    run_as: str | None = Field(
        default=None,
        pattern=r"^[a-z_][a-z0-9_-]{0,31}$",
        examples=["ec2-user"],
        description="The Linux user of sessions, which must exist on all instances, or sessions fail to start; a tag "
        "SSMSessionRunAs of the caller's role or user has precedence. By default `ssm-user`, whom the agent creates "
        "with sudo.",
    )
    logs_to_s3: Annotated[bool, NotAllowed((False,), "after a year, nobody could say what was done")] = tiered(
        development=False,
        staging=False,
        production=True,
        description="Whether the log of each session also goes to the account's log bucket when the session ends. "
        "CloudWatch Logs gets all of them, as they happen.",
    )
