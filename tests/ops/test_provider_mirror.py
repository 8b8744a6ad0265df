"""Local mirrors of the provider."""

from pathlib import Path

import pytest

from ops.provider_mirror import cli_config, find_mirror

PROVIDER = Path("registry.terraform.io/hashicorp/aws")


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    (folder / PROVIDER).mkdir(parents=True)
    return folder


def test_the_variable_comes_first(mirror: Path, tmp_path: Path) -> None:
    implied = tmp_path / "home" / ".terraform.d" / "plugins"
    (implied / PROVIDER).mkdir(parents=True)
    home = {"HOME": str(tmp_path / "home")}
    assert find_mirror(home) == implied
    assert find_mirror({**home, "GROUNDWORK_PROVIDER_MIRROR": str(mirror)}) == mirror


def test_variable_with_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="which has no registry"):
        find_mirror({"GROUNDWORK_PROVIDER_MIRROR": str(tmp_path)})


def test_a_config_that_is_named_and_exists_is_kept(mirror: Path, tmp_path: Path) -> None:
    named = tmp_path / "own.tfrc"
    named.write_text("")
    environment = {"TF_CLI_CONFIG_FILE": str(named), "GROUNDWORK_PROVIDER_MIRROR": str(mirror)}
    assert cli_config(tmp_path / "build", environment) == named


def test_a_config_that_is_named_and_missing_is_replaced(mirror: Path, tmp_path: Path) -> None:
    environment = {"TF_CLI_CONFIG_FILE": str(tmp_path / "no.tfrc"), "GROUNDWORK_PROVIDER_MIRROR": str(mirror)}
    config = cli_config(tmp_path / "build", environment)
    assert config == tmp_path / "build" / "terraform.tfrc"
    assert f'path    = "{mirror}"' in config.read_text()
