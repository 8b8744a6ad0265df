"""Keys that `service` and `scheduled_task` blocks share: containers, environment variables, and access."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from modules.compute.ecs.settings import Capacity
from modules.compute.keys.images import Image
from modules.compute.keys.publishing import PublishingSettings
from modules.compute.task.keys.container import ContainerSettings
from modules.compute.task.keys.sidecars import Condition, GeneratedSidecar, InitSettings, SidecarSettings
from modules.compute.task.keys.sizes import FARGATE_STORAGE_GIB
from modules.compute.task.keys.traces import TracesSettings
from modules.data.bucket.keys.access import BucketAccess
from modules.data.database.keys.access import ACCESS_DESCRIPTION, DatabaseAccess
from modules.foundation.names import Names
from modules.foundation.problems import Finding, broken_rule
from modules.foundation.settings import LABEL_LIMIT, Cidr, Label, Settings
from modules.foundation.variables import variable

_LABEL = rf"[a-z][a-z0-9-]{{0,{LABEL_LIMIT - 1}}}"
_CACHE = re.compile(rf"({_LABEL})(?::({_LABEL}))?")


def _cache(value: str) -> str:
    if not _CACHE.fullmatch(value):
        raise broken_rule(
            "is not a cache", 'write the name of its block, such as "sessions", or with a user, "sessions:reports"'
        )
    return value


CacheUser = Annotated[str, AfterValidator(_cache)]


class EgressSettings(Settings):
    """An `egress` block: an allowed destination, in addition to the databases, caches, and services of the block."""

    cidr: Cidr = Field(examples=["203.0.113.0/24"], description="The address range; 0.0.0.0/0 is every address.")
    port: int = Field(ge=1, le=65535, examples=[443], description="The port.")
    protocol: Literal["tcp", "udp"] = Field(default="tcp", description="tcp or udp.")


class TaskSettings(ContainerSettings, PublishingSettings):
    """The keys that `service` and `scheduled_task` blocks share: containers and their access."""

    key_groups: ClassVar[Mapping[str, str]] = {
        "queues": "Messages that it sends",
        "entry_point": "Container",
        "environment": "Environment variables",
        "cluster": "Image, capacity, and size",
        "databases": "Access",
        "depends_on": "Other containers",
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
        default=512, ge=6, examples=[1024], description="MiB of memory, all of which its containers may use."
    )
    ephemeral_storage_gib: int | None = Field(
        default=None,
        ge=FARGATE_STORAGE_GIB[0],
        le=FARGATE_STORAGE_GIB[1],
        description="GiB of ephemeral storage, on Fargate only: 21 to 200; by default 20.",
    )
    databases: dict[Label, DatabaseAccess] = Field(
        default_factory=dict,
        examples=[{"main": "read_write"}],
        description=f"Databases that it uses, each with its access: {ACCESS_DESCRIPTION} It gets network access, and "
        "its login in environment variables.",
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
    search: Label | None = Field(
        default=None, examples=["logs"], description="The `search` block that its logs are sent to, by default none."
    )
    egress: dict[Label, EgressSettings] = Field(
        default_factory=lambda: {"https": EgressSettings.model_validate({"cidr": "0.0.0.0/0", "port": 443})},
        description="Other allowed destinations; by default HTTPS to every address. S3 is always allowed, through its "
        "gateway endpoint; other AWS services must be included.",
    )

    depends_on: dict[Label, Condition] = Field(
        default_factory=dict,
        examples=[{"proxy": "HEALTHY"}],
        description="Conditions under which its main container starts, by the name of a sidecar: START, HEALTHY, "
        "COMPLETE, or SUCCESS. By default it starts after all sidecars that do not wait for it (START), so it also "
        "stops before them, and after all `init` containers ended with 0.",
    )
    sidecar: dict[Label, SidecarSettings] = Field(
        default_factory=dict, description="Further containers, for example a proxy or an agent."
    )
    init: dict[Label, InitSettings] = Field(
        default_factory=dict, description="Containers that prepare each task, one after another only with `depends_on`."
    )

    traces: TracesSettings | None = Field(
        default=None,
        description="Traces of the program; by default none, since they require its OpenTelemetry SDK and are charged.",
    )

    @property
    def cache_users(self) -> Mapping[str, str | None]:
        """The caches, each with its user, if one is named."""
        matches = filter(None, map(_CACHE.fullmatch, self.caches))
        return {match[1]: match[2] for match in matches}

    def containers(self) -> Iterator[tuple[tuple[str, ...], ContainerSettings]]:
        """Yield the place and the settings of each container that the block describes, the main container first."""
        yield (), self
        yield from ((("sidecar", label), each) for label, each in self.sidecar.items())
        yield from ((("init", label), each) for label, each in self.init.items())

    def generated_sidecars(self, name: str, names: Names) -> list[GeneratedSidecar]:
        """Return the sidecars that keys of the block add to the task of this name, in the environment of `names`."""
        return [self.traces.sidecar(name, names)] if self.traces else []

    def common_findings(self) -> Iterator[Finding]:
        """Yield the problems of the task itself."""
        yield from self.container_findings()
        yield from self._name_findings()
        yield from self._access_findings()

    def _name_findings(self) -> Iterator[Finding]:
        automatic = tuple(self._automatic_prefixes())
        for at, each in self.containers():
            for source in ("environment", "secrets", "parameters") if at[:1] != ("sidecar",) else ():
                for name in getattr(each, source):
                    if name.startswith(automatic):
                        rule = "is set automatically, for a resource that the block names"
                        yield Finding((*at, source, name), None, rule, "rename it, or remove it")

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

    def _access_findings(self) -> Iterator[Finding]:
        for kind in ("caches", "reaches"):
            labels = list(getattr(self, kind))
            if len(set(labels)) < len(labels):
                yield Finding((kind,), labels, "contains a name twice", "write each name once")
        if len(self.cache_users) < len(set(self.caches)):
            rule = "lists a cache with two users, whose environment variables would have the same names"
            yield Finding(("caches",), list(self.caches), rule, "keep one of them")
