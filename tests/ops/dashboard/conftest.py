"""The body of production's dashboard."""

import pytest

from tests.support.template import Template


@pytest.fixture(scope="session")
def body(prod: Template) -> str:
    return str(prod.resource("aws_cloudwatch_dashboard.dashboard_overview")["dashboard_body"])
