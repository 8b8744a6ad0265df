"""The numbers of a plan."""

from ops.guard.plan import Plan
from ops.summary import counts
from tests.ops.guard.plans import BUCKET, DATABASE, change, created, destroyed, plan, updated


def test_replacement_counts_as_create_and_delete() -> None:
    several = Plan.model_validate(
        plan(
            created("aws_route.a"),
            updated(BUCKET, {}, {"a": 1}),
            destroyed("aws_route.b"),
            change(DATABASE, "delete", "create", before={}, after={}),
            change("aws_vpc.x", "no-op"),
        )
    )
    assert counts(several) == {"create": 2, "update": 1, "delete": 2}
