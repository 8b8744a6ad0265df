"""Where the provider comes from: local mirrors, and the cache of downloads."""

import threading
from pathlib import Path

import pytest

from ops.provider_mirror import cache_locked, cli_config, find_mirror
from ops.tools import tool_environment
from ops.workspace import Workspace

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


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment variables of a machine that has no mirror."""
    monkeypatch.setattr("ops.provider_mirror._SYSTEM_ROOTS", ())
    return {"HOME": str(tmp_path / "home")}


def test_without_a_mirror_downloads_are_cached_where_the_cdktf_cli_caches_them(
    home: dict[str, str], tmp_path: Path
) -> None:
    cache = tmp_path / "home" / ".terraform.d" / "plugin-cache"
    assert tool_environment(Workspace(tmp_path, tmp_path), home)["TF_PLUGIN_CACHE_DIR"] == str(cache)
    assert cache.is_dir()


def test_named_plugin_cache_is_used(home: dict[str, str], tmp_path: Path) -> None:
    named = {**home, "TF_PLUGIN_CACHE_DIR": str(tmp_path / "cache")}
    assert tool_environment(Workspace(tmp_path, tmp_path), named)["TF_PLUGIN_CACHE_DIR"] == str(tmp_path / "cache")


def test_with_a_mirror_nothing_is_cached(home: dict[str, str], mirror: Path, tmp_path: Path) -> None:
    mirrored = {**home, "GROUNDWORK_PROVIDER_MIRROR": str(mirror), "TF_PLUGIN_CACHE_DIR": str(tmp_path / "cache")}
    assert "TF_PLUGIN_CACHE_DIR" not in tool_environment(Workspace(tmp_path, tmp_path), mirrored)


def test_two_inits_do_not_use_the_plugin_cache_at_once(tmp_path: Path) -> None:
    environment = {"TF_PLUGIN_CACHE_DIR": str(tmp_path)}
    done = []

    def init() -> None:
        with cache_locked(environment):
            done.append("second")

    second = threading.Thread(target=init)
    with cache_locked(environment):
        second.start()
        done.append("first")
    second.join()
    assert done == ["first", "second"]
