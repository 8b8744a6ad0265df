"""What AWS delivers is allowed by the policies of every stack, and not on behalf of another account."""

from collections.abc import Iterator

import pytest

from tests.aws_facts.deliveries import Asked, Delivery, Request, deliveries, load
from tests.aws_facts.stack import Document, Stack

ROWS = deliveries()


def _requests(row: Delivery, stacks: list[Stack]) -> Iterator[tuple[Asked, Request]]:
    for asked in row.requests:
        for stack in stacks:
            for request in row.in_stack(stack, asked):
                yield asked, request


def _lines(found: list[Request]) -> str:
    return "\n".join(map(str, found))


def test_rows_bear_names_of_their_own() -> None:
    names = [row.what for row in ROWS]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_aws_may_do_what_it_does(row: Delivery, stacks: list[Stack]) -> None:
    requests = [request for _, request in _requests(row, stacks)]
    assert bool(requests) is not bool(row.idle), row.idle or "no stack has such a resource; say why in `idle`"
    refused = [request for request in requests if not request.is_allowed]
    assert refused == [], f"{row.page} {row.link}\n{_lines(refused)}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_nobody_may_do_it_for_another_account(row: Delivery, stacks: list[Stack]) -> None:
    requests = [(asked, request) for asked, request in _requests(row, stacks) if asked.caller != "role"]
    allowed = [request.of_a_stranger for asked, request in requests if not asked.unprotected]
    assert [each for each in allowed if each.is_allowed] == [], f"{row.page} {row.link}"
    refused = [request.of_a_stranger for asked, request in requests if asked.unprotected]
    stale = [each for each in refused if not each.is_allowed]
    assert stale == [], f"protected after all, take `unprotected` out:\n{_lines(stale)}"


def test_every_resource_type_is_known(stacks: list[Stack]) -> None:
    table = load()
    known = {
        *(row.resource for row in ROWS),
        *(kind for row in table["by_aws"] for kind in row["types"]),
        *(kind for kinds in table["plain"].values() for kind in kinds),
    }
    found = {resource.type for stack in stacks for resource in stack.resources}
    assert found - known == set(), "say in deliveries.toml what AWS does because of them"


def test_no_resource_type_is_plain_and_delivers() -> None:
    table = load()
    plain = [kind for kinds in table["plain"].values() for kind in kinds]
    assert len(plain) == len(set(plain))
    assert (
        set(plain) & {*(row.resource for row in ROWS), *(kind for row in table["by_aws"] for kind in row["types"])}
        == set()
    )


def test_every_statement_for_a_service_is_there_for_a_delivery(stacks: list[Stack]) -> None:
    used = {
        (document.where, document.statements.index(statement))
        for row in ROWS
        for _, request in _requests(row, stacks)
        for document, statement in request.used()
    }
    for stack in stacks:
        unused = [each for each in _for_services(stack) if each[:2] not in used]
        assert unused == [], "no row of deliveries.toml needs these statements"


def test_a_load_balancer_lets_in_the_vpc_origin_before_it(stacks: list[Stack]) -> None:
    """[Restrict access with VPC origins]
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
        assert stack.of_type("aws_internet_gateway"), "a VPC without one has no VPC origins"


def _for_services(stack: Stack) -> Iterator[tuple[str, int, str]]:
    """Yield the statements that allow something to services of AWS, or to an identity provider."""
    for document in stack.documents:
        for number, statement in enumerate(document.statements):
            principal = statement.get("Principal")
            if statement["Effect"] == "Allow" and isinstance(principal, dict) and set(principal) != {"AWS"}:
                yield document.where, number, _said(document, number)


def _said(document: Document, number: int) -> str:
    return str(document.statements[number])
