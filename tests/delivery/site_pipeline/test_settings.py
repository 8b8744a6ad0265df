"""Errors of `site_pipeline` blocks, with their lines."""

from pathlib import Path

import pytest

from tests.support.environments import ALARMS, DEV, PROD, only_problem

SITE = 'zone "public" { name = "agora.example" }\nsite "www" { names = ["www.agora.example"] }\n'
#: It begins at line 12.
PIPELINE = 'site_pipeline "www" {\n  repository = "community/agora-web"\n}\n'


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"www"', '"web"', "dev.hcl:12: site_pipeline.web names no `site` block of this environment; there is www"),
        ("community/", "", "dev.hcl:13: site_pipeline.www.repository agora-web is not a repository: its owner and"),
        ("}", '  tags = ["*"]\n}', "dev.hcl:14: site_pipeline.www.tags.0 * is not the pattern of a semantic version"),
        (
            "}",
            '  connection_arn = "arn:aws:codeconnections:us-east-1:111111111111:connection/'
            '0a1b2c3d-0000-4000-8000-000000000000"\n}',
            "dev.hcl:14: site_pipeline.www.connection_arn",
        ),
    ],
)
def test_wrong_pipeline_is_an_error(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert only_problem(tmp_path, {"dev": DEV + SITE + PIPELINE.replace(old, new, 1)}).startswith(says)


def test_production_from_a_branch_is_an_error(tmp_path: Path) -> None:
    text = PROD + SITE + PIPELINE.replace("}", "  tags = []\n}") + ALARMS
    says = "prod.hcl:14: site_pipeline.www.tags [] would publish each push to branch main in production"
    assert only_problem(tmp_path, {"prod": text}).startswith(says)
