"""Names that blocks and environments may share. Names that they may not share are in tests/wrong_inputs."""

from pathlib import Path

import pytest

from tests.support.environments import DEV, PROD, problems_of

ZONE = 'zone "public" {\n  name = "agora.example"\n  existing = true\n%s}\n'
LATENCY = """\
  record "here" {
    name           = "game.agora.example"
    type           = "A"
    records        = ["192.0.2.1"]
    latency_region = "%s"
  }
"""
SIGN_IN = """\
sign_in {
  domain = "auth.play.agora.example"
  client "web" {
    callback_urls = ["https://play.agora.example/"]
  }
}
"""


def test_latency_records_of_one_name_in_two_environments_are_accepted(tmp_path: Path) -> None:
    files = {"dev": DEV + ZONE % (LATENCY % "us-east-1"), "prod": PROD + ZONE % (LATENCY % "eu-west-1")}
    assert problems_of(tmp_path, files) == []


def test_txt_record_with_the_name_of_a_load_balancer_is_accepted(tmp_path: Path) -> None:
    text = '  record "proof" {\n    name = "api.agora.example"\n    type = "TXT"\n    records = ["x"]\n  }\n'
    load_balancer = 'load_balancer "public" {\n  names = ["api.agora.example"]\n}\n'
    assert problems_of(tmp_path, {"dev": DEV + ZONE % text + load_balancer}) == []


@pytest.mark.parametrize("name", ["play.agora.example", "*.agora.example"])
def test_sign_in_domain_below_a_name_with_an_address_is_accepted(tmp_path: Path, name: str) -> None:
    new = (ZONE % "").replace("  existing = true\n", "")
    load_balancer = f'load_balancer "public" {{\n  names = ["{name}"]\n}}\n'
    assert problems_of(tmp_path, {"dev": DEV + new + load_balancer + SIGN_IN}) == []


def test_sign_in_domain_in_an_existing_zone_is_accepted(tmp_path: Path) -> None:
    assert problems_of(tmp_path, {"dev": DEV + ZONE % "" + SIGN_IN}) == []
