"""The nested blocks of a `database` block: Serverless v2 capacity, storage of plain RDS, RDS Proxy."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Settings

#: [Amazon Aurora User Guide, How Aurora Serverless v2 works, Aurora Serverless v2 capacity]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.how-it-works.html): 0 (pauses) to
#: 256 capacity units of 2 GiB, in steps of 0.5.
SERVERLESS_CAPACITY = (0.0, 256.0)
#: [Amazon RDS User Guide, Amazon RDS DB instance storage, gp3 storage]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html): the minimum is 20 GiB.
SMALLEST_STORAGE_GIB = 20
#: [Amazon RDS User Guide, Amazon RDS DB instance storage]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html): from this size on, the IOPS of gp3 can be
#: set, with MySQL and PostgreSQL. A smaller volume has 3000 IOPS, and setting them is not allowed.
GP3_IOPS_STORAGE_GIB = 400
#: The same page: the range of IOPS of each storage type, and the maximum IOPS per GiB.
IOPS = {"gp3": (12_000, 64_000), "io2": (1_000, 256_000)}
IOPS_PER_GIB = {"gp3": 500, "io2": 1000}
SMALLEST_IO2_GIB = 100


class ServerlessSettings(Settings):
    """The `serverless_v2_scaling` block: the range in Aurora capacity units (ACUs, 2 GiB each)."""

    min_capacity: float = Field(
        ge=SERVERLESS_CAPACITY[0],
        le=SERVERLESS_CAPACITY[1],
        multiple_of=0.5,
        examples=[0.5],
        description="Minimum capacity, in steps of 0.5. 0 allows pausing; the next client then waits for about half a "
        "minute.",
    )
    max_capacity: float = Field(
        ge=1,
        le=SERVERLESS_CAPACITY[1],
        multiple_of=0.5,
        examples=[8],
        description="Maximum capacity, which limits the cost.",
    )

    @model_validator(mode="after")
    def _rules(self) -> "ServerlessSettings":
        if self.max_capacity < self.min_capacity:
            rule = f"is less than min_capacity {self.min_capacity:g}"
            raise_findings(
                [Finding(("max_capacity",), self.max_capacity, rule, f"write {self.min_capacity:g} or more")]
            )
        return self


class StorageSettings(Settings):
    """The `storage` block: the storage of plain RDS. Aurora's storage grows automatically."""

    allocated_storage: int = Field(
        ge=SMALLEST_STORAGE_GIB, le=65536, examples=[20], description="Initial size in GiB. Storage cannot shrink."
    )
    max_allocated_storage: int | None = Field(
        default=None,
        le=65536,
        examples=[100],
        description="Size in GiB up to which RDS increases the storage automatically.",
    )
    storage_type: Literal["gp3", "io2"] = Field(default="gp3", description="Storage type.")
    iops: int | None = Field(
        default=None, description="Provisioned IOPS: 1000 to 256000 for io2, 12000 to 64000 for gp3 of 400 GiB or more."
    )

    @model_validator(mode="after")
    def _rules(self) -> "StorageSettings":
        raise_findings([*self._size_findings(), *self._iops_findings()])
        return self

    def _size_findings(self) -> Iterator[Finding]:
        maximum = self.max_allocated_storage
        # [Managing capacity automatically with Amazon RDS storage autoscaling]
        # (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html): at least 10% more.
        if maximum is not None and maximum * 10 < self.allocated_storage * 11:
            rule = f"is less than 10% above allocated_storage {self.allocated_storage}"
            yield Finding(("max_allocated_storage",), maximum, rule, "write a larger value, or remove it")
        if self.storage_type == "io2" and self.allocated_storage < SMALLEST_IO2_GIB:
            rule = f"is less than {SMALLEST_IO2_GIB} GiB, the minimum of io2"
            remedy = f'write {SMALLEST_IO2_GIB} or more, or storage_type = "gp3"'
            yield Finding(("allocated_storage",), self.allocated_storage, rule, remedy)

    def _iops_findings(self) -> Iterator[Finding]:
        at, size, kind = ("iops",), self.allocated_storage, self.storage_type
        if self.iops is None:
            if kind == "io2":
                yield Finding(("storage_type",), "io2", "needs iops", "write iops = 3000")
            return
        (minimum, maximum), per_gib = IOPS[kind], IOPS_PER_GIB[kind]
        if kind == "gp3" and size < GP3_IOPS_STORAGE_GIB:
            rule = f"is not allowed by RDS for gp3 of less than {GP3_IOPS_STORAGE_GIB} GiB, which has 3000 IOPS"
            yield Finding(at, self.iops, rule, "remove it, or increase allocated_storage")
        elif not minimum <= self.iops <= maximum:
            rule = f"is not allowed for {kind} of {size} GiB"
            yield Finding(at, self.iops, rule, f"write {minimum} to {maximum}")
        elif self.iops > size * per_gib:
            rule = f"is more than {per_gib} IOPS per GiB for {size} GiB, the maximum of {kind}"
            yield Finding(at, self.iops, rule, f"write {size * per_gib} or less, or increase allocated_storage")
        elif kind == "io2" and self.iops * 2 < size:
            rule = f"is less than 0.5 IOPS per GiB for {size} GiB, the minimum of io2"
            yield Finding(at, self.iops, rule, f"write {size // 2}")


class ProxySettings(Settings):
    """The `proxy` block: RDS Proxy pools connections, for functions and for many small tasks."""

    max_connections_percent: int = Field(
        default=90,
        ge=1,
        le=100,
        description="Percentage of max_connections that the proxy may use. The remaining connections are for "
        "administrators.",
    )
    idle_client_timeout: int = Field(
        default=1800, ge=1, le=28800, description="Seconds after which an idle client is disconnected."
    )
    connection_borrow_timeout: int = Field(
        default=30, ge=0, le=300, description="Seconds that a client waits for a connection before it gets an error."
    )
