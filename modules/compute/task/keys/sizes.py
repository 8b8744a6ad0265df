"""Task sizes of Fargate.

[Amazon ECS Developer Guide, Amazon ECS task definition parameters for Fargate, Task size]
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html). They are the same for x86
and ARM, on platform version 1.4.0 and later, which is LATEST on Linux.
"""

from collections.abc import Mapping, Sequence

#: The memory values, in MiB, for each value of CPU units (1024 is one vCPU).
FARGATE_MEMORY: Mapping[int, Sequence[int]] = {
    256: (512, 1024, 2048),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
#: The same page, ephemeralStorage: the least and the most GiB; the default is 20.
FARGATE_STORAGE_GIB = (21, 200)


def is_fargate_size(cpu: int, memory: int) -> bool:
    """Return whether Fargate has a task of this size."""
    return memory in FARGATE_MEMORY.get(cpu, ())


def nearest_sizes(cpu: int, memory: int) -> list[tuple[int, int]]:
    """Return the Fargate sizes nearest to an invalid one, as pairs of CPU and memory, the smallest first.

    They are the next smaller and the next larger memory for the same CPU (or, if that CPU is invalid, for its
    neighbors), and the smallest size with at least as much of both.
    """
    rows = [cpu] if cpu in FARGATE_MEMORY else _neighbors(cpu, list(FARGATE_MEMORY))
    near = {(row, each) for row in rows for each in _neighbors(memory, FARGATE_MEMORY[row])}
    enough = [(row, each) for row, sizes in FARGATE_MEMORY.items() for each in sizes if row >= cpu and each >= memory]
    return sorted(near | set(enough[:1]))


def _neighbors(value: int, among: Sequence[int]) -> list[int]:
    """Return the next number below and the next above; at an end, only one."""
    below, above = [each for each in among if each <= value], [each for each in among if each > value]
    return [*below[-1:], *above[:1]]
