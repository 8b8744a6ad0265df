"""The tables of instance types and IAM actions hold what AWS publishes."""

from modules.compute.eks.keys.actions import ACTIONS_FILE
from modules.compute.keys.instance_types import TYPES_FILE, instance_types
from modules.edge.site.keys.countries import COUNTRIES
from tests.aws_facts import tables

ANEW = "write the tables anew with `.venv/bin/python -m tests.aws_facts.tables`"


def test_instance_types_are_those_of_ec2() -> None:
    assert TYPES_FILE.read_text() == tables.instance_types(), ANEW


def test_actions_are_those_of_the_service_authorization_reference() -> None:
    assert ACTIONS_FILE.read_text() == tables.actions(), ANEW


def test_countries_are_those_of_aws_waf() -> None:
    assert tables.countries() == COUNTRIES


def test_the_size_of_nearly_every_type_is_known() -> None:
    unknown = [name for name, size in instance_types().items() if size is None]
    assert len(unknown) < 50
