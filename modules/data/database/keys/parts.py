"""The blocks of a `database` block: Serverless v2 capacity, plain RDS's storage, RDS Proxy."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import Settings

#: "Aurora Serverless v2 capacity": 0 (pauses) to 256 capacity units of 2 GiB, in halves.
SERVERLESS_CAPACITY = (0.0, 256.0)
#: "Amazon RDS User Guide, gp3 storage": 20 GiB is the least of it.
SMALLEST_STORAGE_GIB = 20
#: [Amazon RDS User Guide, Amazon RDS DB instance storage]
#: (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html): from here on gp3's I/O operations can be
#: chosen, with MySQL and PostgreSQL; a smaller volume has 3000, and none may be said.
GP3_IOPS_STORAGE_GIB = 400
#: The same page: what each kind of volume takes, and how many I/O operations for each GiB.
IOPS = {"gp3": (12_000, 64_000), "io2": (1_000, 256_000)}
IOPS_A_GIB = {"gp3": 500, "io2": 1000}
SMALLEST_IO2_GIB = 100


class ServerlessSettings(Settings):
    """The `serverless_v2_scaling` block: Aurora capacity units (2 GiB each) instead of an instance class."""

    min_capacity: float = Field(
        ge=SERVERLESS_CAPACITY[0],
        le=SERVERLESS_CAPACITY[1],
        multiple_of=0.5,
        examples=[0.5],
        description="The least, in halves; 0 lets it pause, and the next client waits for half a minute.",
    )
    max_capacity: float = Field(
        ge=1, le=SERVERLESS_CAPACITY[1], multiple_of=0.5, examples=[8], description="The most; it bounds the cost."
    )

    @model_validator(mode="after")
    def _rules(self) -> "ServerlessSettings":
        if self.max_capacity < self.min_capacity:
            rule = f"is less than min_capacity {self.min_capacity:g}"
            refuse([Finding(("max_capacity",), self.max_capacity, rule, f"write {self.min_capacity:g} or more")])
        return self


class StorageSettings(Settings):
    """The `storage` block of plain RDS; Aurora's storage grows by itself."""

    allocated_storage: int = Field(
        ge=SMALLEST_STORAGE_GIB, le=65536, examples=[20], description="GiB at the beginning; it never shrinks."
    )
    max_allocated_storage: int | None = Field(
        default=None, le=65536, examples=[100], description="GiB up to which RDS lets it grow by itself."
    )
    storage_type: Literal["gp3", "io2"] = Field(default="gp3", description="The kind of volume.")
    iops: int | None = Field(
        default=None, description="Provisioned: for io2 1000 to 256000, for gp3 of 400 GiB and more 12000 to 64000."
    )

    @model_validator(mode="after")
    def _rules(self) -> "StorageSettings":
        refuse([*self._size_findings(), *self._iops_findings()])
        return self

    def _size_findings(self) -> Iterator[Finding]:
        most = self.max_allocated_storage
        # "Managing capacity automatically with Amazon RDS storage autoscaling": at least 10 % more.
        if most is not None and most * 10 < self.allocated_storage * 11:
            rule = f"is less than a tenth above allocated_storage {self.allocated_storage}"
            yield Finding(("max_allocated_storage",), most, rule, "write more, or take it out")
        if self.storage_type == "io2" and self.allocated_storage < SMALLEST_IO2_GIB:
            rule = f"is less than the {SMALLEST_IO2_GIB} GiB that io2 begins with"
            remedy = f'write {SMALLEST_IO2_GIB} or more, or storage_type = "gp3"'
            yield Finding(("allocated_storage",), self.allocated_storage, rule, remedy)

    def _iops_findings(self) -> Iterator[Finding]:
        at, size, kind = ("iops",), self.allocated_storage, self.storage_type
        if self.iops is None:
            if kind == "io2":
                yield Finding(("storage_type",), "io2", "needs iops", "write iops = 3000")
            return
        (least, most), each = IOPS[kind], IOPS_A_GIB[kind]
        if kind == "gp3" and size < GP3_IOPS_STORAGE_GIB:
            rule = f"is refused by RDS for gp3 of less than {GP3_IOPS_STORAGE_GIB} GiB, which has 3000"
            yield Finding(at, self.iops, rule, "take it out, or write more allocated_storage")
        elif not least <= self.iops <= most:
            yield Finding(at, self.iops, f"is not what {kind} of {size} GiB takes", f"write {least} to {most}")
        elif self.iops > size * each:
            rule = f"is more than {each} for each of {size} GiB, the most with {kind}"
            yield Finding(at, self.iops, rule, f"write {size * each} or less, or more allocated_storage")
        elif kind == "io2" and self.iops * 2 < size:
            yield Finding(at, self.iops, f"is less than half of {size} GiB, the least with io2", f"write {size // 2}")


class ProxySettings(Settings):
    """The `proxy` block: RDS Proxy holds connections, for functions and for many small tasks."""

    max_connections_percent: int = Field(
        default=90, ge=1, le=100, description="How much of max_connections the proxy may take; the rest is for people."
    )
    idle_client_timeout: int = Field(
        default=1800, ge=1, le=28800, description="Seconds until a client that says nothing is disconnected."
    )
    connection_borrow_timeout: int = Field(
        default=30, ge=0, le=300, description="Seconds that a client waits for a connection before it is refused."
    )
