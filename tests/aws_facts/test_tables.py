"""The tables of instance types, IAM actions, and countries against facts that AWS publishes."""

from modules.compute.eks.keys.actions import ACTIONS_FILE
from modules.compute.keys.instance_types import TYPES_FILE, instance_types
from modules.edge.site.keys.countries import COUNTRIES
from tests.aws_facts import tables

REMEDY = "update the tables with `.venv/bin/python -m tests.aws_facts.tables`"


def test_instance_types_equal_those_of_ec2() -> None:
    assert TYPES_FILE.read_text() == tables.instance_types(), REMEDY


def test_actions_equal_those_of_the_service_authorization_reference() -> None:
    assert ACTIONS_FILE.read_text() == tables.actions(), REMEDY


def test_countries_equal_those_of_aws_waf() -> None:
    assert tables.countries() == COUNTRIES


def test_instance_types_without_a_size_are_few() -> None:
    unknown = [name for name, size in instance_types().items() if size is None]
    assert len(unknown) < 50
