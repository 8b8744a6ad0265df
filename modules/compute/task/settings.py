"""Keys that `service` and `scheduled_task` blocks share: container, environment variables, and access."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.compute.ecs.settings import Capacity
from modules.compute.keys.images import Image
from modules.compute.keys.publishing import PublishingSettings
from modules.compute.task.keys.sizes import FARGATE_STORAGE_GIB
from modules.data.bucket.keys.access import BucketAccess
from modules.data.database.keys.access import DatabaseAccess
from modules.foundation.lists import named_twice
from modules.foundation.problems import Finding, broken_rule, raise_findings
from modules.foundation.settings import LABEL_LIMIT, Cidr, Label, Settings, TieredSettings
from modules.foundation.variables import CREDENTIAL_VARIABLES, variable

#: POSIX's portable names, which Docker and all shells accept.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LABEL = rf"[a-z][a-z0-9-]{{0,{LABEL_LIMIT - 1}}}"
_SECRET = re.compile(rf"({_LABEL})(?::([A-Za-z0-9_.-]+))?")
#: [PutParameter, Name](https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html).
_PARAMETER = re.compile(r"/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
_ENVIRONMENT_FILE = re.compile(rf"({_LABEL}):([^/*?][^*?]*)")
_LONGEST_ARN = "x" * 150
_CACHE = re.compile(rf"({_LABEL})(?::({_LABEL}))?")
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
#: [Amazon ECS service quotas, Task definition size limit]
#: (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html): 64 KiB. The second number is an
#: upper limit of what is added to the block's values (roles, log group, ports, health check).
DEFINITION_LIMIT, OWN_PART = 64 * 1024, 2 * 1024
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


def _cache(value: str) -> str:
    if not _CACHE.fullmatch(value):
        raise broken_rule(
            "is not a cache", 'write the name of its block, such as "sessions", or with a user, "sessions:reports"'
        )
    return value


EnvironmentName = Annotated[str, AfterValidator(_name)]
Parameter = Annotated[str, AfterValidator(_parameter)]
EnvironmentFile = Annotated[str, AfterValidator(_environment_file)]
User = Annotated[str, AfterValidator(_user)]
CacheUser = Annotated[str, AfterValidator(_cache)]


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


class EgressSettings(Settings):
    """An `egress` block: an allowed destination, in addition to the databases, caches, and services of the block."""

    cidr: Cidr = Field(examples=["203.0.113.0/24"], description="The address range; 0.0.0.0/0 is every address.")
    port: int = Field(ge=1, le=65535, examples=[443], description="The port.")
    protocol: Literal["tcp", "udp"] = Field(default="tcp", description="tcp or udp.")


class TaskSettings(TieredSettings, PublishingSettings):
    """The keys that `service` and `scheduled_task` blocks share: one container and its access."""

    key_groups: ClassVar[Mapping[str, str]] = {
        "queues": "Messages that it sends",
        "cluster": "Capacity and size",
        "entry_point": "Container",
        "environment": "Environment variables",
        "databases": "Access",
    }

    cluster: Label = Field(default="main", description="The `ecs` block that it runs on.")
    capacity: Capacity | None = Field(
        default=None,
        examples=["fargate"],
        description="The capacity of its tasks, fargate or ec2; by default fargate if the cluster has both.",
    )
    image: Image | None = Field(
        default=None,
        examples=["api:1.4.2"],
        description="The image: a repository and a version. Without an image, everything except the service is "
        "created, a scheduled task does not run, and the outputs contain the command to push one.",
    )
    cpu: int = Field(default=256, ge=128, le=196_608, examples=[512], description="CPU units; 1024 is one vCPU.")
    memory: int = Field(
        default=512, ge=6, examples=[1024], description="MiB of memory, all of which the container may use."
    )
    ephemeral_storage_gib: int | None = Field(
        default=None,
        ge=FARGATE_STORAGE_GIB[0],
        le=FARGATE_STORAGE_GIB[1],
        description="GiB of ephemeral storage, on Fargate only: 21 to 200; by default 20.",
    )
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
    databases: dict[Label, DatabaseAccess] = Field(
        default_factory=dict,
        examples=[{"main": "read_write"}],
        description="Databases that it uses, each with read_write; it gets network access and the login in environment "
        "variables.",
    )
    caches: tuple[CacheUser, ...] = Field(
        default=(),
        examples=[["sessions"]],
        description="Caches that it uses, as the user `app`, or as another user in the form `cache:user`.",
    )
    buckets: dict[Label, BucketAccess] = Field(
        default_factory=dict,
        examples=[{"content": "read_write uploads/"}],
        description="Buckets that it uses, each with its access: read, write, or read_write, optionally followed by a "
        "space and a prefix; or a list of these.",
    )
    reaches: tuple[Label, ...] = Field(
        default=(), examples=[["search"]], description="Services that it calls, by their private DNS names."
    )
    egress: dict[Label, EgressSettings] = Field(
        default_factory=lambda: {"https": EgressSettings.model_validate({"cidr": "0.0.0.0/0", "port": 443})},
        description="Other allowed destinations; by default HTTPS to every address. S3 is always allowed, through its "
        "gateway endpoint; other AWS services must be included.",
    )

    @property
    def secret_keys(self) -> Mapping[str, tuple[str, str | None]]:
        """The `secret` block and the JSON key of each variable; `task.checks` rejects the values that do not match."""
        found = {name: _SECRET.fullmatch(value) for name, value in self.secrets.items()}
        return {name: (match[1], match[2]) for name, match in found.items() if match}

    @property
    def cache_users(self) -> Mapping[str, str | None]:
        """The caches, each with its user, if one is named."""
        matches = filter(None, map(_CACHE.fullmatch, self.caches))
        return {match[1]: match[2] for match in matches}

    @property
    def environment_objects(self) -> list[tuple[str, str]]:
        """The bucket and the object key of each environment file."""
        return [
            (match[1], match[2]) for match in filter(None, map(_ENVIRONMENT_FILE.fullmatch, self.environment_files))
        ]

    def common_findings(self) -> Iterator[Finding]:
        """Yield the problems of the task itself."""
        yield from self._name_findings()
        yield from self._container_findings()
        yield from named_twice(self, "writable_paths", "environment_files")
        yield from self._size_findings()

    def _size_findings(self) -> Iterator[Finding]:
        """Yield a problem if the task definition is too large, estimated from the lists and maps that may grow."""
        parts = {
            "environment": [{"name": name, "value": value} for name, value in self.environment.items()],
            "command": [*self.entry_point, *self.command],
            "secrets": [{"name": name, "valueFrom": _LONGEST_ARN} for name in (*self.secrets, *self.parameters)],
        }
        sizes = {key: len(json.dumps(part, separators=(",", ":")).encode()) for key, part in parts.items()}
        total = sum(sizes.values()) + OWN_PART
        if total > DEFINITION_LIMIT:
            rule = f"results in a task definition of about {total} bytes; ECS allows {DEFINITION_LIMIT}"
            remedy = "move long values into a file of `environment_files`, or into the image"
            yield Finding((max(sizes, key=lambda key: sizes[key]),), None, rule, remedy)

    def _name_findings(self) -> Iterator[Finding]:
        sources = {"environment": self.environment, "secrets": self.secrets, "parameters": self.parameters}
        first: dict[str, str] = {}
        for source, variables in sources.items():
            for name in variables:
                if name in first:
                    rule = f"is also in {first[name]}, and ECS does not allow a name twice"
                    yield Finding((source, name), None, rule, "keep one of them")
                elif name.startswith(tuple(self._automatic_prefixes())):
                    rule = "is set automatically, for a resource that the block names"
                    yield Finding((source, name), None, rule, "rename it, or remove it")
                first.setdefault(name, source)

    def _automatic_prefixes(self) -> Iterator[str]:
        """Yield the prefixes of the environment variables that are set for the resources that the block names."""
        kinds: Mapping[str, Iterable[str]] = {
            "database": self.databases,
            "cache": self.cache_users,
            "bucket": self.buckets,
            "service": self.reaches,
            **self.published_to,
        }
        for kind, labels in kinds.items():
            yield from (variable(kind, label, "") for label in labels)

    def _container_findings(self) -> Iterator[Finding]:
        if self.is_production and self.user and _ROOT.fullmatch(self.user):
            rule = "is not allowed in production: an attacker who takes over the program controls the whole container"
            yield Finding(("user",), self.user, rule, 'write another user, such as "1000:1000", or remove it')
        if self.writable_paths and not self.read_only_root:
            rule = "has an effect only with a read-only root file system"
            remedy = "write read_only_root = true, or remove it"
            yield Finding(("writable_paths",), list(self.writable_paths), rule, remedy)
        for kind in ("caches", "reaches"):
            labels = list(getattr(self, kind))
            if len(set(labels)) < len(labels):
                yield Finding((kind,), labels, "contains a name twice", "write each name once")
        if len(self.cache_users) < len(set(self.caches)):
            rule = "lists a cache with two users, whose environment variables would have the same names"
            yield Finding(("caches",), list(self.caches), rule, "keep one of them")
