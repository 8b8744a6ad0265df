"""Output is printed literally: the `:secret:` in an ARN does not become an emoji."""

import pytest
from rich.console import Console

from ops import printing, steps

ARN = "arn:aws:secretsmanager:ap-northeast-2:111111111111:secret:rds!cluster-1"


@pytest.mark.parametrize(
    "console",
    [printing.out, steps.console],
    ids=["stdout", "stderr"],
)
@pytest.mark.parametrize("markup", [True, False])
def test_arn_is_printed_unchanged(console: Console, markup: bool) -> None:
    with console.capture() as captured:
        console.print(ARN, markup=markup)
    assert captured.get().strip() == ARN
