"""Keys that every container of a task has: its program, environment variables, and health check."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.foundation.lists import named_twice
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import LABEL_LIMIT, Settings, TieredSettings
from modules.foundation.variables import CREDENTIAL_VARIABLES

#: POSIX's portable names, which Docker and all shells accept.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LABEL = rf"[a-z][a-z0-9-]{{0,{LABEL_LIMIT - 1}}}"
_SECRET = re.compile(rf"({_LABEL})(?::([A-Za-z0-9_.-]+))?")
#: [PutParameter, Name](https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html).
_PARAMETER = re.compile(r"/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
_ENVIRONMENT_FILE = re.compile(rf"({_LABEL}):([^/*?][^*?]*)")
#: [Ulimit, name](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html).
UlimitName = Literal[
    "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
    "rttime", "sigpending", "stack",
]  # fmt: skip
#: [ContainerDefinition, user]
#: (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html): a user or uid, and a group
#: or gid; names as useradd(8) accepts them.
_USER = re.compile(
    r"(?P<user>[A-Za-z_][A-Za-z0-9_.-]{0,31}|[0-9]{1,10})(:(?P<group>[A-Za-z_][A-Za-z0-9_.-]{0,31}|[0-9]{1,10}))?"
)
#: The root user in a container definition.
_ROOT = re.compile(r"(root|0+)(:.*)?")


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        rule = "is not a name of an environment variable: letters, digits, and _, without a leading digit"
        raise broken_rule(rule, 'write one such as "LOG_LEVEL"')
    # [ContainerDefinition, environment]
    # (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html): AWS sets variables with
    # these names itself.
    if value.startswith(("AWS_EXECUTION_", "AWS_CONTAINER_", "ECS_CONTAINER_")):
        raise broken_rule("is set by ECS itself", "remove it")
    if value in CREDENTIAL_VARIABLES:
        rule = "would override the task role: AWS SDKs read this variable first"
        raise broken_rule(rule, "remove it; the role is enough")
    return value


def _user(value: str) -> str:
    if not _USER.fullmatch(value):
        rule = "is not a container user: a name or number, optionally followed by a colon and the group"
        raise broken_rule(rule, 'write one such as "1000:1000" or "app"')
    return value


def _parameter(value: str) -> str:
    if not _PARAMETER.fullmatch(value):
        raise broken_rule(
            "is not a name of a parameter in Parameter Store",
            'write a name under /PRODUCT/ENVIRONMENT/, such as "api/log-level", or a full name with its leading slash',
        )
    return value


def _environment_file(value: str) -> str:
    # [Pass environment variables to an Amazon ECS container]
    # (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html): "The file must use the
    # .env extension".
    if not _ENVIRONMENT_FILE.fullmatch(value) or not value.endswith(".env"):
        rule = "is not a bucket and an object in it that ends in .env"
        raise broken_rule(rule, 'write the name of a `bucket` block and the object key: "content:env/api.env"')
    return value


EnvironmentName = Annotated[str, AfterValidator(_name)]
Parameter = Annotated[str, AfterValidator(_parameter)]
EnvironmentFile = Annotated[str, AfterValidator(_environment_file)]
User = Annotated[str, AfterValidator(_user)]


class ContainerCheckSettings(Settings):
    """The `health_check` block: a command in the container that exits with 0 while the container is healthy."""

    command: tuple[str, ...] = Field(
        min_length=1,
        examples=[["wget", "-qO-", "http://localhost:8080/healthz"]],
        description="The program and its arguments, or CMD-SHELL and one line for the shell.",
    )
    # [HealthCheck](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html): the bounds of each.
    interval_seconds: int = Field(default=30, ge=5, le=300, description="Seconds between two checks.")
    timeout_seconds: int = Field(default=5, ge=2, le=60, description="Seconds after which a check fails.")
    retries: int = Field(
        default=3, ge=1, le=10, description="Consecutive failures after which the container is unhealthy."
    )
    start_period_seconds: int = Field(
        default=30, ge=0, le=300, description="Seconds after the start in which failures do not count."
    )

    @model_validator(mode="after")
    def _rules(self) -> "ContainerCheckSettings":
        kind, *rest = self.command
        if kind in ("CMD", "CMD-SHELL") and not (rest and (kind == "CMD" or len(rest) == 1)):
            rule = "has no command" if not rest else "has more than one argument after CMD-SHELL"
            remedy = 'write ["program", "argument"], or ["CMD-SHELL", "a line for the shell"]'
            raise_findings([Finding(("command",), list(self.command), rule, remedy)])
        return self

    @property
    def shell_form(self) -> list[str]:
        """The command in Docker's form, which begins with CMD or CMD-SHELL."""
        return list(self.command) if self.command[0] in ("CMD", "CMD-SHELL") else ["CMD", *self.command]


class UlimitSettings(Settings):
    """A `ulimit` block: a resource limit of the operating system. On Fargate, the default of nofile is 65535."""

    soft: int = Field(
        ge=-1, description="The soft limit, which is enforced and which a process may raise up to `hard`."
    )
    hard: int = Field(ge=-1, description="The hard limit: the maximum of the soft limit.")

    @model_validator(mode="after")
    def _rules(self) -> "UlimitSettings":
        if self.soft > self.hard >= 0:
            raise_findings(
                [Finding(("soft",), self.soft, f"is greater than hard = {self.hard}", f"write {self.hard} or less")]
            )
        return self


class ContainerSettings(TieredSettings):
    """The keys of one container of a task."""

    entry_point: tuple[str, ...] = Field(default=(), description="The entry point, instead of the image's.")
    command: tuple[str, ...] = Field(default=(), description="The command, instead of the image's, as a list.")
    user: User | None = Field(
        default=None,
        examples=["1000:1000"],
        description="The container's user; by default the image's. root is not allowed in production.",
    )
    read_only_root: bool = Field(
        default=False,
        description="Whether the root file system is read-only, except writable_paths; ECS Exec does not work then.",
    )
    writable_paths: tuple[Annotated[str, Field(pattern=r"^/[^:]+$")], ...] = Field(
        default=(),
        examples=[["/tmp"]],
        description="Directories on their own volumes, which are deleted with the task.",
    )
    init_process: bool = Field(
        default=True, description="Whether an init process forwards signals and reaps zombie processes."
    )
    # "ContainerDefinition, stopTimeout": 2 to 120 on Fargate.
    stop_timeout_seconds: int = Field(
        default=30,
        ge=2,
        le=120,
        description="Seconds between the request to stop (SIGTERM) and the forced stop (SIGKILL).",
    )
    ulimit: dict[UlimitName, UlimitSettings] = Field(
        default_factory=dict, description="Resource limits of the container, by name."
    )
    health_check: ContainerCheckSettings | None = Field(
        default=None,
        description="The health check of the container; without it, a running container counts as healthy.",
    )
    environment: dict[EnvironmentName, str] = Field(
        default_factory=dict,
        examples=[{"LOG_LEVEL": "info"}],
        description="Environment variables. Not for secrets: the values are readable in the task definition.",
    )
    secrets: dict[EnvironmentName, str] = Field(
        default_factory=dict,
        examples=[{"PARTNER_LOGIN": "partner-login:password"}],
        description="Environment variables from secrets, each with the name of a `secret` block, followed by a colon "
        "and a key if the value is JSON.",
    )
    parameters: dict[EnvironmentName, Parameter] = Field(
        default_factory=dict,
        examples=[{"FEATURES": "api/features"}],
        description="Environment variables from Parameter Store, by a name under /PRODUCT/ENVIRONMENT/ or a full name "
        "with its leading slash. SecureString parameters need the AWS managed key; use `secrets` for values under a "
        "customer managed key.",
    )
    environment_files: tuple[EnvironmentFile, ...] = Field(
        default=(),
        max_length=10,
        examples=[["content:env/api.env"]],
        description="Files of environment variables, `bucket:object`; `environment` takes precedence.",
    )

    @property
    def secret_keys(self) -> Mapping[str, tuple[str, str | None]]:
        """The `secret` block and the JSON key of each variable; `task.checks` rejects the values that do not match."""
        found = {name: _SECRET.fullmatch(value) for name, value in self.secrets.items()}
        return {name: (match[1], match[2]) for name, match in found.items() if match}

    @property
    def environment_objects(self) -> list[tuple[str, str]]:
        """The bucket and the object key of each environment file."""
        return [
            (match[1], match[2]) for match in filter(None, map(_ENVIRONMENT_FILE.fullmatch, self.environment_files))
        ]

    def container_findings(self) -> Iterator[Finding]:
        """Yield the problems of the container itself."""
        sources = {"environment": self.environment, "secrets": self.secrets, "parameters": self.parameters}
        first: dict[str, str] = {}
        for source, name in ((source, name) for source, variables in sources.items() for name in variables):
            if name in first:
                rule = f"is also in {first[name]}, and ECS does not allow a name twice"
                yield Finding((source, name), None, rule, "keep one of them")
            first.setdefault(name, source)
        if self.is_production and self.user and _ROOT.fullmatch(self.user):
            rule = "is not allowed in production: an attacker who takes over the program controls the whole container"
            yield Finding(("user",), self.user, rule, 'write another user, such as "1000:1000", or remove it')
        if self.writable_paths and not self.read_only_root:
            rule = "has an effect only with a read-only root file system"
            remedy = "write read_only_root = true, or remove it"
            yield Finding(("writable_paths",), list(self.writable_paths), rule, remedy)
        yield from named_twice(self, "writable_paths", "environment_files")
