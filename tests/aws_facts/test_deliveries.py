"""Policies of every stack against the table of deliveries: requests that AWS makes are allowed for our account only."""

from collections.abc import Iterator

import pytest

from tests.aws_facts.deliveries import Delivery, Request, RequestTemplate, deliveries, load
from tests.aws_facts.stack import Stack

ROWS = deliveries()


def _requests(row: Delivery, stacks: list[Stack]) -> Iterator[tuple[RequestTemplate, Request]]:
    for template in row.requests:
        for stack in stacks:
            for request in row.in_stack(stack, template):
                yield template, request


def _lines(found: list[Request]) -> str:
    return "\n".join(map(str, found))


def test_rows_have_unique_names() -> None:
    names = [row.what for row in ROWS]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_delivery_in_every_stack_is_allowed(row: Delivery, stacks: list[Stack]) -> None:
    requests = [request for _, request in _requests(row, stacks)]
    assert bool(requests) is not bool(row.idle), row.idle or "no stack has such a resource; write the reason in `idle`"
    denied = [request for request in requests if not request.is_allowed]
    assert denied == [], f"{row.page} {row.link}\n{_lines(denied)}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_delivery_for_another_account_is_denied(row: Delivery, stacks: list[Stack]) -> None:
    requests = [(template, request) for template, request in _requests(row, stacks) if template.caller != "role"]
    protected = [request.for_another_account for template, request in requests if not template.unprotected]
    assert [each for each in protected if each.is_allowed] == [], f"{row.page} {row.link}"
    unprotected = [request.for_another_account for template, request in requests if template.unprotected]
    denied = [each for each in unprotected if not each.is_allowed]
    assert denied == [], f"these requests are denied, so remove `unprotected`:\n{_lines(denied)}"


def test_resource_types_of_every_stack_are_in_the_table(stacks: list[Stack]) -> None:
    table = load()
    known = {
        *(row.resource for row in ROWS),
        *(kind for row in table["by_aws"] for kind in row["types"]),
        *(kind for kinds in table["plain"].values() for kind in kinds),
    }
    found = {resource.type for stack in stacks for resource in stack.resources}
    assert found - known == set(), "add to deliveries.toml what AWS does for them"


def test_plain_resource_types_have_no_delivery() -> None:
    table = load()
    plain = [kind for kinds in table["plain"].values() for kind in kinds]
    assert len(plain) == len(set(plain))
    assert (
        set(plain) & {*(row.resource for row in ROWS), *(kind for row in table["by_aws"] for kind in row["types"])}
        == set()
    )


def test_statements_for_services_are_used_by_a_delivery(stacks: list[Stack]) -> None:
    used = {
        (document.where, document.statements.index(statement))
        for row in ROWS
        for _, request in _requests(row, stacks)
        for document, statement in request.used()
    }
    for stack in stacks:
        unused = [each for each in _for_services(stack) if each[:2] not in used]
        assert unused == [], "no row of deliveries.toml uses these statements"


def test_load_balancer_of_a_vpc_origin_allows_cloudfront(stacks: list[Stack]) -> None:
    """See [Restrict access with VPC origins]
    (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html).
    """
    origins = [origin for stack in stacks for origin in stack.of_type("aws_cloudfront_vpc_origin")]
    assert origins
    for origin in origins:
        stack, arn = origin.stack, origin.find("vpc_origin_endpoint_config.arn")
        (load_balancer,) = [each for each in stack.of_type("aws_lb") if each.find("arn") == arn]
        groups = load_balancer.block["security_groups"]
        rules = [rule.block for rule in stack.of_type("aws_vpc_security_group_ingress_rule")]
        assert [
            rule
            for rule in rules
            if rule["security_group_id"] in groups
            and rule.get("prefix_list_id", "").startswith("${data.aws_ec2_managed_prefix_list.")
            and rule["from_port"] <= 443 <= rule["to_port"]
        ], origin.address
        assert stack.of_type("aws_internet_gateway"), "VPC origins require an internet gateway"


def _for_services(stack: Stack) -> Iterator[tuple[str, int, str]]:
    """Yield the statements that allow AWS services or an identity provider."""
    for document in stack.documents:
        for number, statement in enumerate(document.statements):
            principal = statement.get("Principal")
            if statement["Effect"] == "Allow" and isinstance(principal, dict) and set(principal) != {"AWS"}:
                yield document.where, number, str(statement)
