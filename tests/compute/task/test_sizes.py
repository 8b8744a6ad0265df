"""Task sizes of Fargate, and the nearest sizes to an invalid one."""

from hypothesis import given
from hypothesis import strategies as st

from modules.compute.task.keys.sizes import FARGATE_MEMORY, is_fargate_size, nearest_sizes

numbers = st.integers(1, 200_000)


def test_table_has_the_documented_number_of_sizes() -> None:
    """3 sizes of a quarter of a vCPU, then 4, 7, 13, 23, 12 and 12: "Task definition parameters for Fargate"."""
    assert [len(memory) for memory in FARGATE_MEMORY.values()] == [3, 4, 7, 13, 23, 12, 12]
    assert [(memory[0], memory[-1]) for memory in FARGATE_MEMORY.values()] == [
        (512, 2048),
        (1024, 4096),
        (2048, 8192),
        (4096, 16384),
        (8192, 30720),
        (16384, 61440),
        (32768, 122880),
    ]


def test_nearest_sizes_of_examples() -> None:
    assert nearest_sizes(1024, 700) == [(1024, 2048)]
    assert nearest_sizes(256, 3000) == [(256, 2048), (512, 3072)]
    assert nearest_sizes(700, 3000) == [(512, 2048), (512, 3072), (1024, 2048), (1024, 3072)]
    assert nearest_sizes(8192, 20000) == [(8192, 16384), (8192, 20480)]
    assert nearest_sizes(200_000, 1) == [(16384, 32768)]


@given(numbers, numbers)
def test_nearest_sizes_are_valid(cpu: int, memory: int) -> None:
    proposed = nearest_sizes(cpu, memory)
    assert proposed
    assert all(is_fargate_size(*size) for size in proposed)


@given(numbers, numbers)
def test_nearest_sizes_include_a_large_enough_one_if_any_exists(cpu: int, memory: int) -> None:
    possible = any(row >= cpu and sizes[-1] >= memory for row, sizes in FARGATE_MEMORY.items())
    enough = [size for size in nearest_sizes(cpu, memory) if size[0] >= cpu and size[1] >= memory]
    assert bool(enough) == possible


@given(st.sampled_from([(row, each) for row, sizes in FARGATE_MEMORY.items() for each in sizes]))
def test_nearest_sizes_of_a_valid_size_include_it(size: tuple[int, int]) -> None:
    assert size in nearest_sizes(*size)
