"""What runs in a container: its size, what it is told, and what it may reach. For services and scheduled tasks."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from modules.compute.ecs.settings import Capacity
from modules.compute.keys.bucket_access import BucketAccess, bucket_rights
from modules.compute.keys.images import Image
from modules.compute.keys.publishing import PublishingSettings
from modules.compute.task.keys.sizes import FARGATE_STORAGE_GIB
from modules.foundation.lists import named_twice
from modules.foundation.problems import Finding, broken_rule, refuse
from modules.foundation.settings import LABEL_LIMIT, Cidr, Label, Settings, TieredSettings
from modules.foundation.variables import CREDENTIAL_VARIABLES, variable

#: POSIX's portable names; Docker and every shell take them.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LABEL = rf"[a-z][a-z0-9-]{{0,{LABEL_LIMIT - 1}}}"
_SECRET = re.compile(rf"({_LABEL})(?::([A-Za-z0-9_.-]+))?")
#: "Systems Manager, PutParameter, Name".
_PARAMETER = re.compile(r"/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
_ENVIRONMENT_FILE = re.compile(rf"({_LABEL}):([^/*?][^*?]*)")
_LONGEST_ARN = "x" * 150
_CACHE = re.compile(rf"({_LABEL})(?::({_LABEL}))?")
#: "ContainerDefinition, Ulimit, name".
UlimitName = Literal[
    "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
    "rttime", "sigpending", "stack",
]  # fmt: skip
#: [ContainerDefinition, user]
#: (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html): a user or uid, and a group
#: or gid; names as useradd(8) takes them.
_USER = re.compile(
    r"(?P<user>[A-Za-z_][A-Za-z0-9_.-]{0,31}|[0-9]{1,10})(:(?P<group>[A-Za-z_][A-Za-z0-9_.-]{0,31}|[0-9]{1,10}))?"
)
#: [Amazon ECS service quotas, Task definition size limit]
#: (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html): 64 KiB. What we add to what the
#: block says (role, log group, ports, health check) takes less than so much.
DEFINITION_LIMIT, OWN_PART = 64 * 1024, 2 * 1024
#: What a root user is called in a container definition.
_ROOT = re.compile(r"(root|0+)(:.*)?")


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        rule = "is not a name of an environment variable: letters, digits and _, no digit first"
        raise broken_rule(rule, 'write one as "LOG_LEVEL"')
    # "TaskDefinition, environment": AWS sets variables under these names itself.
    if value.startswith(("AWS_EXECUTION_", "AWS_CONTAINER_", "ECS_CONTAINER_")):
        raise broken_rule("is a name that ECS sets by itself", "take it out")
    if value in CREDENTIAL_VARIABLES:
        raise broken_rule("would take the task's role from it: SDKs ask here first", "take it out; the role is enough")
    return value


def _user(value: str) -> str:
    if not _USER.fullmatch(value):
        rule = "is not a user of a container: a name or a number, behind a colon the group's"
        raise broken_rule(rule, 'write one as "1000:1000" or "app"')
    return value


def _parameter(value: str) -> str:
    if not _PARAMETER.fullmatch(value):
        raise broken_rule(
            "is not a name of a parameter in the Parameter Store",
            'write the end of one under /PRODUCT/ENVIRONMENT/, "api/log-level", or a whole one with its first stroke',
        )
    return value


def _environment_file(value: str) -> str:
    # "Pass environment variables to an Amazon ECS container": "The file must use the .env extension".
    if not _ENVIRONMENT_FILE.fullmatch(value) or not value.endswith(".env"):
        rule = "is not a bucket and a file in it that ends in .env"
        raise broken_rule(rule, 'write the name of a bucket block and the object, "content:env/api.env"')
    return value


def _cache(value: str) -> str:
    if not _CACHE.fullmatch(value):
        raise broken_rule(
            "is not a cache", 'write the name of its block, "sessions", or with a user "sessions:reports"'
        )
    return value


EnvironmentName = Annotated[str, AfterValidator(_name)]
Parameter = Annotated[str, AfterValidator(_parameter)]
EnvironmentFile = Annotated[str, AfterValidator(_environment_file)]
User = Annotated[str, AfterValidator(_user)]
CacheUser = Annotated[str, AfterValidator(_cache)]


class ContainerCheckSettings(Settings):
    """The `health_check` block: a command in the container that ends with 0 while all is well."""

    command: tuple[str, ...] = Field(
        min_length=1,
        examples=[["wget", "-qO-", "http://localhost:8080/healthz"]],
        description="The program and its arguments; behind CMD-SHELL one line for the shell.",
    )
    # "ContainerDefinition, HealthCheck": the bounds of each.
    interval_seconds: int = Field(default=30, ge=5, le=300, description="Seconds between two checks.")
    timeout_seconds: int = Field(default=5, ge=2, le=60, description="Seconds after which a check has failed.")
    retries: int = Field(
        default=3, ge=1, le=10, description="Failures in a row after which the container is unhealthy."
    )
    start_period_seconds: int = Field(
        default=30, ge=0, le=300, description="Seconds after the start in which failures do not count."
    )

    @model_validator(mode="after")
    def _rules(self) -> "ContainerCheckSettings":
        kind, *rest = self.command
        if kind in ("CMD", "CMD-SHELL") and not (rest and (kind == "CMD" or len(rest) == 1)):
            rule = "says nothing to run" if not rest else "has more than the one line that a shell is given"
            remedy = 'write ["program", "argument"], or ["CMD-SHELL", "a line for the shell"]'
            refuse([Finding(("command",), list(self.command), rule, remedy)])
        return self

    @property
    def shell_form(self) -> list[str]:
        """The command as Docker has it, its kind first."""
        return list(self.command) if self.command[0] in ("CMD", "CMD-SHELL") else ["CMD", *self.command]


class UlimitSettings(Settings):
    """A `ulimit` block: a limit of the operating system. Fargate has one of its own for nofile only, 65535."""

    soft: int = Field(ge=-1, description="Where the system warns; a process may raise it up to `hard`.")
    hard: int = Field(ge=-1, description="What no process passes.")

    @model_validator(mode="after")
    def _rules(self) -> "UlimitSettings":
        if self.soft > self.hard >= 0:
            refuse([Finding(("soft",), self.soft, f"is above hard = {self.hard}", f"write {self.hard} or less")])
        return self


class EgressSettings(Settings):
    """An `egress` block: whom tasks may call, beside what the block names (databases, caches, services)."""

    cidr: Cidr = Field(examples=["203.0.113.0/24"], description="The range; 0.0.0.0/0 is everywhere.")
    port: int = Field(ge=1, le=65535, examples=[443], description="The port.")
    protocol: Literal["tcp", "udp"] = Field(default="tcp", description="tcp or udp.")


class TaskSettings(TieredSettings, PublishingSettings):
    """What `service` and `scheduled_task` blocks have in common: one container, and all that it needs."""

    cluster: Label = Field(default="main", description="The `ecs` block on which it runs.")
    capacity: Capacity | None = Field(
        default=None,
        examples=["fargate"],
        description="On what its tasks run, fargate or ec2; by default fargate where the cluster has both.",
    )
    image: Image | None = Field(
        default=None,
        examples=["api:1.4.2"],
        description="The image, a repository and a version. Left out until there is one: the service is not "
        "created then, a scheduled task does not run, and the outputs say what to push.",
    )
    cpu: int = Field(default=256, ge=128, le=196_608, examples=[512], description="CPU units; 1024 are one vCPU.")
    memory: int = Field(default=512, ge=6, examples=[1024], description="MiB, all of which the container may use.")
    ephemeral_storage_gib: int | None = Field(
        default=None,
        ge=FARGATE_STORAGE_GIB[0],
        le=FARGATE_STORAGE_GIB[1],
        description="Fargate: GiB of disk, 21 to 200; 20 without it.",
    )
    entry_point: tuple[str, ...] = Field(default=(), description="The program instead of the image's.")
    command: tuple[str, ...] = Field(default=(), description="Its arguments instead of the image's, each by itself.")
    user: User | None = Field(
        default=None,
        examples=["1000:1000"],
        description="Who it runs as; by default whom the image says. root is refused in production.",
    )
    read_only_root: bool = Field(
        default=False, description="Whether nothing but writable_paths can be written; ECS Exec does not work then."
    )
    writable_paths: tuple[Annotated[str, Field(pattern=r"^/[^:]+$")], ...] = Field(
        default=(), examples=[["/tmp"]], description="Folders on a volume of their own, which ends with the task."
    )
    init_process: bool = Field(
        default=True, description="Whether a small init passes signals on and ends processes that nobody waits for."
    )
    # "ContainerDefinition, stopTimeout": 2 to 120 on Fargate.
    stop_timeout_seconds: int = Field(
        default=30, ge=2, le=120, description="Seconds between the request to end (SIGTERM) and the end (SIGKILL)."
    )
    ulimit: dict[UlimitName, UlimitSettings] = Field(default_factory=dict, description="Limits of the system by name.")
    health_check: ContainerCheckSettings | None = Field(
        default=None, description="A command that tells whether the container is well; without it: while it runs."
    )
    environment: dict[EnvironmentName, str] = Field(
        default_factory=dict, examples=[{"LOG_LEVEL": "info"}], description="Variables; no secrets, which all can read."
    )
    secrets: dict[EnvironmentName, str] = Field(
        default_factory=dict,
        examples=[{"PARTNER_LOGIN": "partner-login:password"}],
        description="Variables from `secret` blocks, by name; behind a colon the key where the value is JSON.",
    )
    parameters: dict[EnvironmentName, Parameter] = Field(
        default_factory=dict,
        examples=[{"FEATURES": "api/features"}],
        description="Variables from the Parameter Store, by names under /PRODUCT/ENVIRONMENT/ or, with a stroke first, "
        "whole ones. Encrypted ones under AWS's key; what is under ours belongs into secrets.",
    )
    environment_files: tuple[EnvironmentFile, ...] = Field(
        default=(),
        max_length=10,
        examples=[["content:env/api.env"]],
        description="Files of variables, `bucket:object`; what is written in `environment` precedes them.",
    )
    databases: tuple[Label, ...] = Field(
        default=(), examples=[["main"]], description="Databases that it uses: each lets it in and hands its login over."
    )
    caches: tuple[CacheUser, ...] = Field(
        default=(), examples=[["sessions"]], description="Caches that it uses, as their user `app` or as `cache:user`."
    )
    buckets: dict[Label, BucketAccess] = Field(
        default_factory=dict,
        examples=[{"content": "read_write:uploads/"}],
        description="Buckets that it uses: read, write or read_write, behind a colon the prefix.",
    )
    reaches: tuple[Label, ...] = Field(
        default=(), examples=[["search"]], description="Services that it calls: each lets it in, under a private name."
    )
    egress: dict[Label, EgressSettings] = Field(
        default_factory=lambda: {"https": EgressSettings.model_validate({"cidr": "0.0.0.0/0", "port": 443})},
        description="Whom else it may call; by default HTTPS everywhere. S3 always, by its endpoint; other services of "
        "AWS have to be in it.",
    )

    @property
    def secret_keys(self) -> Mapping[str, tuple[str, str | None]]:
        """The `secret` block and the JSON key of each variable; what matches no block is refused by `fitting`."""
        found = {name: _SECRET.fullmatch(value) for name, value in self.secrets.items()}
        return {name: (match[1], match[2]) for name, match in found.items() if match}

    @property
    def cache_users(self) -> Mapping[str, str | None]:
        """The caches, each with the user that is named."""
        matches = filter(None, map(_CACHE.fullmatch, self.caches))
        return {match[1]: match[2] for match in matches}

    @property
    def bucket_access(self) -> Mapping[str, tuple[str, str]]:
        """The buckets, each with read, write or read_write and the prefix."""
        return bucket_rights(self.buckets)

    @property
    def environment_objects(self) -> list[tuple[str, str]]:
        """The bucket and the object of each file of variables."""
        return [
            (match[1], match[2]) for match in filter(None, map(_ENVIRONMENT_FILE.fullmatch, self.environment_files))
        ]

    def common_findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the task by itself."""
        yield from self._name_findings()
        yield from self._container_findings()
        yield from named_twice(self, "writable_paths", "environment_files")
        yield from self._size_findings()

    def _size_findings(self) -> Iterator[Finding]:
        """Yield that the task definition is larger than ECS takes, by the lists and maps that may grow."""
        parts = {
            "environment": [{"name": name, "value": value} for name, value in self.environment.items()],
            "command": [*self.entry_point, *self.command],
            "secrets": [{"name": name, "valueFrom": _LONGEST_ARN} for name in (*self.secrets, *self.parameters)],
        }
        sizes = {key: len(json.dumps(part, separators=(",", ":")).encode()) for key, part in parts.items()}
        total = sum(sizes.values()) + OWN_PART
        if total > DEFINITION_LIMIT:
            rule = f"makes a task definition of some {total} bytes, and ECS takes {DEFINITION_LIMIT}"
            remedy = "put what is long into a file of `environment_files`, or into the image"
            yield Finding((max(sizes, key=lambda key: sizes[key]),), None, rule, remedy)

    def _name_findings(self) -> Iterator[Finding]:
        sources = {"environment": self.environment, "secrets": self.secrets, "parameters": self.parameters}
        first: dict[str, str] = {}
        for source, variables in sources.items():
            for name in variables:
                if name in first:
                    rule = f"is in {first[name]} too, and ECS refuses a name that is there twice"
                    yield Finding((source, name), None, rule, "keep one of them")
                elif name.startswith(tuple(self._handed_over())):
                    rule = "is handed over by itself, for what the block names"
                    yield Finding((source, name), None, rule, "give it another name, or take it out")
                first.setdefault(name, source)

    def _handed_over(self) -> Iterator[str]:
        """Yield what the variables of all that the block names begin with."""
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
            rule = "is refused in production: who breaks out of the program has the whole container"
            yield Finding(("user",), self.user, rule, 'write another, "1000:1000", or take it out')
        if self.writable_paths and not self.read_only_root:
            rule = "is only for a root that cannot be written"
            remedy = "write read_only_root = true, or take it out"
            yield Finding(("writable_paths",), list(self.writable_paths), rule, remedy)
        for kind in ("databases", "caches", "reaches"):
            labels = list(getattr(self, kind))
            if len(set(labels)) < len(labels):
                yield Finding((kind,), labels, "names one twice", "name each once")
        if len(self.cache_users) < len(set(self.caches)):
            rule = "names a cache with two users, and the variables would be the same"
            yield Finding(("caches",), list(self.caches), rule, "keep one of them")
