"""Sizes of tasks that Fargate has.

"Amazon ECS Developer Guide, Task definition parameters for Fargate, Task size". The same for x86 and for ARM, on
platform version 1.4.0 and later, which is LATEST on Linux.
"""

from collections.abc import Mapping, Sequence

#: CPU units (1024 are one vCPU) to the memory that goes with them, in MiB.
FARGATE_MEMORY: Mapping[int, Sequence[int]] = {
    256: (512, 1024, 2048),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
#: The same page, ephemeralStorage: GiB beside nothing, which is 20.
FARGATE_STORAGE_GIB = (21, 200)


def is_fargate_size(cpu: int, memory: int) -> bool:
    """Return whether Fargate has a task of this size."""
    return memory in FARGATE_MEMORY.get(cpu, ())


def nearest_sizes(cpu: int, memory: int) -> list[tuple[int, int]]:
    """Return Fargate's sizes next to one that it has not, as pairs of CPU and memory, the smallest first.

    First the largest with less memory and the smallest with more for the same CPU (or, where there is no such CPU,
    for its neighbours), then the least that has as much of both.
    """
    rows = [cpu] if cpu in FARGATE_MEMORY else _neighbours(cpu, list(FARGATE_MEMORY))
    near = {(row, each) for row in rows for each in _neighbours(memory, FARGATE_MEMORY[row])}
    enough = [(row, each) for row, sizes in FARGATE_MEMORY.items() for each in sizes if row >= cpu and each >= memory]
    return sorted(near | set(enough[:1]))


def _neighbours(value: int, among: Sequence[int]) -> list[int]:
    """Return the next number below and the next above; one only at an end."""
    below, above = [each for each in among if each <= value], [each for each in among if each > value]
    return [*below[-1:], *above[:1]]
