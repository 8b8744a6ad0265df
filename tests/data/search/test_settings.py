"""The `search` block: problems, and defaults by tier."""

from pathlib import Path

import pytest

from modules.data.search.settings import SearchSettings
from modules.environment_files import load
from tests.support.environments import ALARMS, DEV, PROD, problems_of, write


def search(*lines: str, label: str = "logs") -> str:
    body = "".join(f"  {line}\n" for line in lines)
    return f'search "{label}" {{\n{body}}}\n'


def problems(folder: Path, text: str) -> str:
    return "\n".join(map(str, problems_of(folder, {"x": text})))


def settings(folder: Path, text: str) -> SearchSettings:
    return load(write(folder, {"x": text}))["x"].settings.search["logs"]


def test_search_defaults_depend_on_the_tier(tmp_path: Path) -> None:
    dev = settings(tmp_path, DEV + search())
    assert (dev.instance_count, dev.availability_zone_count, dev.dedicated_master_count, dev.replicas) == (1, 1, 0, 0)
    prod = settings(tmp_path, PROD + search() + ALARMS)
    assert (prod.instance_count, prod.availability_zone_count, prod.dedicated_master_count) == (2, 2, 3)
    assert (prod.replicas, prod.retention_days, prod.instance_type) == (1, 30, "m6g.large.search")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('instance_type = "t3.medium.search"', "instance_type t3.medium.search is not allowed in production: a node"),
        ("instance_count = 1", "instance_count 1 is not allowed in production: a failure of the node would lose all"),
        ("availability_zone_count = 1", "availability_zone_count 1 is not allowed in production: a failure of the"),
        ("dedicated_master_count = 0", "dedicated_master_count 0 is not allowed in production: two data nodes cannot"),
    ],
)
def test_search_in_production_with_unsafe_setting_is_a_problem(tmp_path: Path, line: str, message: str) -> None:
    assert message in problems(tmp_path, PROD + search(line) + ALARMS)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ("instance_count = 3", "availability_zone_count = 2"),
            "instance_count 3 is not a multiple of availability_zone_count = 2, so one zone would have more nodes; "
            "write 4",
        ),
        (
            ("volume_size = 101",),
            "volume_size 101 is larger than the largest volume of t3.small.search, 100 GiB; write 100 or less",
        ),
        (
            ('dedicated_master_type = "m6g.large.search"',),
            "dedicated_master_type m6g.large.search has no effect: there are no dedicated masters; remove it",
        ),
        (
            (
                'instance_type = "m6g.large.search"',
                "instance_count = 11",
                "dedicated_master_count = 3",
                'dedicated_master_type = "t3.medium.search"',
            ),
            "dedicated_master_type t3.medium.search is not allowed for dedicated masters with more than 10 data nodes",
        ),
        (("dedicated_master_count = 4",), "dedicated_master_count 4"),
        (('instance_type = "m6g.large"',), "write m6g.large.search"),
        (('engine_version = "OpenSearch_9.9"',), "engine_version OpenSearch_9.9"),
        (('off_peak_window_start = "25:00"',), "off_peak_window_start 25:00 is not a time of the day"),
        (
            (
                'readers = ["arn:aws:iam::333333333333:role/developers"]',
                'administrators = ["arn:aws:iam::333333333333:role/developers"]',
            ),
            "readers arn:aws:iam::333333333333:role/developers is also in administrators, who may read; remove it here",
        ),
        (("corporate = true",), "corporate true requires the ranges of network.direct_connect"),
        (
            ("instance_count = 3", "availability_zone_count = 3"),
            "availability_zone_count 3 is more than the network has",
        ),
        (
            ("instance_count = 40", "availability_zone_count = 2"),
            "instance_count 40 needs 60 addresses in each data subnet, which has 59",
        ),
    ],
)
def test_search_with_values_that_do_not_fit_is_a_problem(tmp_path: Path, lines: tuple[str, ...], message: str) -> None:
    assert message in problems(tmp_path, DEV + search(*lines))


def test_function_with_unknown_search_is_a_problem(tmp_path: Path) -> None:
    text = DEV + 'function "maintenance" {\n  search = "log"\n}\n' + search()
    assert "function.maintenance.search log names no `search` block" in problems(tmp_path, text)


def test_function_with_the_name_of_a_function_of_search_is_a_problem(tmp_path: Path) -> None:
    text = DEV + 'function "search-logs" {\n  code = "maintenance"\n}\n' + search()
    assert "function.search-logs has the same name as a function of search.logs" in problems(tmp_path, text)


def test_search_with_the_function_name_of_another_is_a_problem(tmp_path: Path) -> None:
    text = DEV + search() + search(label="logs-documents")
    assert "search.logs-documents has a function search-logs-documents, and so has search.logs" in problems(
        tmp_path, text
    )


def test_search_with_the_name_of_the_delivery_of_another_is_a_problem(tmp_path: Path) -> None:
    text = DEV + search() + search(label="logs-delivery")
    assert "search.logs-delivery has a security group with the same name" in problems(tmp_path, text)
