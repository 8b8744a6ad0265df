"""Packages: the same input gives the same bytes on any machine; what changes them, and what is rejected."""

import io
import subprocess
import zipfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.events.function.packaging import (
    ZIP_LIMIT,
    Packages,
    PackagingError,
    Target,
    code_hash,
    digest,
    pack,
    sources,
    unpacked,
    write_zip,
)

names = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0/\\"), min_size=1, max_size=12), max_size=3)
files = st.dictionaries(names.filter(bool).map("/".join), st.binary(max_size=200), max_size=8)


def function(folder: Path, **written: str) -> Path:
    """Write a function's folder; `_` in the names stands for a dot."""
    folder.mkdir(parents=True)
    for name, text in ({"handler_py": "def handler(event, context): ...\n"} | written).items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def wheel(path: Path, **written: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in written.items():
            archive.writestr(name, content)
    return path


@given(files)
def test_write_zip_any_files_can_be_read_back(given: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(write_zip(given))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == given


@given(files, st.randoms())
def test_write_zip_any_order_gives_the_same_bytes(given: dict[str, bytes], random: Random) -> None:
    shuffled = list(given.items())
    random.shuffle(shuffled)
    assert write_zip(dict(shuffled)) == write_zip(given)


@given(files)
def test_write_zip_entries_contain_no_date_mode_or_system(given: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(write_zip(given))) as archive:
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert entry.external_attr >> 16 == 0o100644
            assert entry.create_system == 3
            assert entry.compress_type == zipfile.ZIP_STORED
            assert (entry.extra, entry.comment) == (b"", b"")


def test_pack_same_files_with_other_dates_and_modes_gives_the_same_bytes(tmp_path: Path) -> None:
    """The same files, written by two processes that share nothing but the contents."""
    for name, umask, day in (("one", 0o022, "2026-01-01"), ("two", 0o077, "2027-12-31")):
        script = f"umask {umask:o}; mkdir -p {name}/fn/sub; "
        order = ("handler.py", "sub/b.py", "sub/a.py") if name == "one" else ("sub/a.py", "handler.py", "sub/b.py")
        script += " ".join(
            f"printf '{file} = 1' > {name}/fn/{file}; touch -d {day} {name}/fn/{file};" for file in order
        )
        subprocess.run(["bash", "-c", script], cwd=tmp_path, check=True)
    one, two = tmp_path / "one" / "fn", tmp_path / "two" / "fn"
    (two / "__pycache__").mkdir()
    (two / "__pycache__" / "handler.cpython-311.pyc").write_bytes(b"byte code")
    (two / ".hidden").write_text("of an editor")
    assert (one / "handler.py").stat().st_mode != (two / "handler.py").stat().st_mode
    assert pack(sources(one), []) == pack(sources(two), [])
    assert digest(one, Target()) == digest(two, Target())


def test_sources_are_a_package_with_the_name_of_the_folder(tmp_path: Path) -> None:
    folder = function(
        tmp_path / "thumbnail",
        images_py="",
        requirements_txt="pillow",
        requirements_lock="pillow==1",
        README_md="",
    )
    assert list(sources(folder)) == ["thumbnail/handler.py", "thumbnail/images.py"]


def test_digest_changes_with_everything_that_changes_the_bytes(tmp_path: Path) -> None:
    folder = function(tmp_path / "fn")
    seen = {
        digest(folder, Target()),
        digest(folder, Target("python3.12")),
        digest(folder, Target(architecture="x86_64")),
    }
    (folder / "requirements.lock").write_text("a==1")
    seen.add(digest(folder, Target()))
    (folder / "handler.py").write_text("changed")
    seen.add(digest(folder, Target()))
    (folder / "more.py").write_text("")
    seen.add(digest(folder, Target()))
    assert len(seen) == 6


def test_unpacked_wheel_has_the_paths_of_an_installation(tmp_path: Path) -> None:
    path = wheel(
        tmp_path / "a-1-py3-none-any.whl",
        **{
            "a/__init__.py": b"",
            "a/__init__.pyc": b"byte code",
            "a-1.dist-info/METADATA": b"Name: a",
            "a-1.data/purelib/b/c.py": b"pure",
            "a-1.data/platlib/b/d.so": b"compiled",
            "a-1.data/scripts/a": b"#!python",
            "a-1.data/headers/a.h": b"",
        },
    )
    assert unpacked(path) == {
        "a/__init__.py": b"",
        "a-1.dist-info/METADATA": b"Name: a",
        "b/c.py": b"pure",
        "b/d.so": b"compiled",
    }


def test_pack_two_files_of_one_name_fails_unless_they_are_equal(tmp_path: Path) -> None:
    one = wheel(tmp_path / "one.whl", **{"shared/__init__.py": b""})
    two = wheel(tmp_path / "two.whl", **{"shared/__init__.py": b""})
    pack({}, [one, two])
    other = wheel(tmp_path / "other.whl", **{"shared/__init__.py": b"something else"})
    with pytest.raises(PackagingError, match=r"shared/__init__.py is in other.whl and elsewhere"):
        pack({}, [one, other])


def test_pack_zip_above_the_limit_of_lambda_fails_with_a_remedy() -> None:
    assert len(pack({"a": bytes(ZIP_LIMIT - 1000)}, [])) <= ZIP_LIMIT
    with pytest.raises(
        PackagingError, match=r"has 50 MB, and Lambda accepts 50 MB; remove from requirements.lock what"
    ):
        pack({"a": bytes(ZIP_LIMIT)}, [])


def test_sources_folder_without_a_handler_fails(tmp_path: Path) -> None:
    (tmp_path / "fn").mkdir()
    with pytest.raises(PackagingError, match=r"there is no lambdas/fn/handler.py; write one with"):
        sources(tmp_path / "fn")


def test_sources_folder_with_the_name_of_a_standard_module_fails(tmp_path: Path) -> None:
    """Lambda's runtime has already imported the standard module, and would not find the handler in it."""
    with pytest.raises(PackagingError, match=r"lambdas/copy has the name of a Python standard module; rename"):
        sources(function(tmp_path / "copy"))


def test_find_without_a_package_fails_with_the_command_to_run(tmp_path: Path) -> None:
    function(tmp_path / "lambdas" / "fn")
    packages = Packages(tmp_path / "lambdas", tmp_path / "built")
    with pytest.raises(
        PackagingError, match=r"lambdas/fn has not been built for python3.13 on arm64 since it changed; "
    ):
        packages.find("fn", Target())


def test_code_hash_is_base64_as_lambda_returns_it(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"")
    assert code_hash(tmp_path / "a.zip") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def test_platforms_are_sorted_newest_first() -> None:
    platforms = Target(architecture="arm64").platforms
    assert platforms[0] == "manylinux_2_34_aarch64"
    assert platforms[-2:] == ("manylinux_2_17_aarch64", "manylinux2014_aarch64")
    assert all(platform.endswith("_x86_64") for platform in Target(architecture="x86_64").platforms)


def test_packages_folders_follow_the_environment_variables() -> None:
    assert Packages.of({}) == Packages(Path("lambdas"), Path("build/functions"))
    assert Packages.of({"LAMBDAS": "/a", "GROUNDWORK_BUILD": "/b"}) == Packages(Path("/a"), Path("/b/functions"))
