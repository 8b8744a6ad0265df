"""The `migration` block of a service."""

from pydantic import Field

from modules.foundation.settings import Settings


class MigrationSettings(Settings):
    """The `migration` block: a command that a release runs once, in a task of the new revision with the roles, network,
    and environment variables of the service, before any task of the service is replaced. Unless it ends with 0, the
    release fails and the service stays as it is. The tasks of the previous revision run meanwhile, and after a rollback
    too: they must work with what it changes. Unlike an `init` container, it does not run in each task.
    """

    # [ContainerOverride](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html): the
    # command can be overridden, the entry point cannot.
    command: tuple[str, ...] = Field(
        min_length=1,
        examples=[["bin/migrate"]],
        description="The command in the main container, as a list: the arguments of its entry point, if it has one. To "
        'change tables, it logs in with the `migrate` user that `databases = { main = ["read_write", "migrate"] }` '
        "gives the service.",
    )
    timeout_seconds: int = Field(
        default=900,
        ge=30,
        le=14_400,
        description="Seconds after which a release no longer waits, and fails. The migration itself goes on, since "
        "what it has changed so far could not be used; the next release is refused until it has ended.",
    )
