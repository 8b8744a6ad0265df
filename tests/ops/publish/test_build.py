"""The built files of a site: what is published as what, and what is refused."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from modules.environment_files import EnvironmentFile, load
from ops.errors import ExitCode, OpsError
from ops.publish.build import Build, Options, read_build
from ops.publish.content_types import UNKNOWN, content_type_of
from tests.support.environments import DEV, write
from tests.support.sites import FIRST, written

TOKEN = "glpat-" + "0123456789abcdefghij"


def build_of(
    tmp_path: Path, file: EnvironmentFile, files: Mapping[str, str], *, options: Options | None = None
) -> Build:
    return read_build(written(tmp_path, files), file, "www", options)


def error_of(tmp_path: Path, file: EnvironmentFile, files: Mapping[str, str], label: str = "www") -> str:
    folder = written(tmp_path, files)
    with pytest.raises(OpsError) as error:
        read_build(folder, file, label)
    assert error.value.code == ExitCode.REFUSED
    return str(error.value).replace(folder.as_posix(), "dist")


def test_hashed_paths_decide_which_files_are_cached_for_a_year(tmp_path: Path, file: EnvironmentFile) -> None:
    build = build_of(tmp_path, file, {**FIRST, "assets/deep/a.css": "", "js/main.0a1b2c3d.js": ""})
    assert [each.key for each in build.hashed] == ["assets/deep/a.css", "assets/index-B3xY9aZk.js"]
    assert {each.cache_control for each in build.pages} == {"no-cache"}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("index.HTML", "text/html; charset=utf-8"),
        ("a/b.mjs", "text/javascript; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.js.map", "application/json"),
        ("app.webmanifest", "application/manifest+json"),
        ("a.wasm", "application/wasm"),
        ("a.avif", "image/avif"),
        ("a.woff2", "font/woff2"),
        (".well-known/apple-app-site-association", "application/json"),
        ("a.unknown", UNKNOWN),
        ("LICENSE", UNKNOWN),
    ],
)
def test_content_type(key: str, expected: str) -> None:
    assert content_type_of(key) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (".env", "A=1", "dist/.env: the file begins with a dot, and is not part of a site; remove it, or leave it out: "
         "--exclude '.env'"),
        (".git/config", "", "dist/.git/config: the file begins with a dot, and is not part of a site; remove it, or "
         "leave it out: --exclude '.git/*'"),
        ("a\\b.js", "", "dist/a\\b.js: the file has a name that no URL can contain; rename it"),
        ("a~b.html", "", "dist/a~b.html: the file has ~, *, or ? in its name, which no invalidation matches; rename "
         "it"),
        ("config.js", f'const key = 1\nfetch("{TOKEN}")', "dist/config.js:2: the line contains what looks like a "
         "GitLab token; everyone could read it; remove it, and replace it at its issuer; if it is not a secret, "
         "publish with --public 'config.js'"),
    ],
)  # fmt: skip
def test_file_that_is_not_part_of_a_site_is_an_error(
    name: str, text: str, expected: str, tmp_path: Path, file: EnvironmentFile
) -> None:
    assert error_of(tmp_path, file, {**FIRST, name: text}) == expected


def test_file_that_would_never_be_served_is_an_error(tmp_path: Path, file: EnvironmentFile) -> None:
    message = error_of(tmp_path, file, {**FIRST, "media/a.jpg": ""})
    assert message.startswith("dist/media/a.jpg: the file would never be served: ")
    assert message.endswith(" sends /media/* elsewhere; move it, or change that path")
    line = int(message.partition("dev.hcl:")[2].partition(" ")[0])
    assert 'media "content"' in Path(file.document.file).read_text().splitlines()[line - 1]


def test_all_problems_are_reported_together(tmp_path: Path, file: EnvironmentFile) -> None:
    lines = error_of(tmp_path, file, {".env": "", "media/a.jpg": "", "a.txt": ""}).splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["dist", "dist/.env", "dist/media/a.jpg"]
    assert lines[0] == (
        "dist: the folder has no index.html, which CloudFront returns for /; publish the folder that the build writes"
    )


def test_missing_error_page_is_an_error_with_its_line(tmp_path: Path, file: EnvironmentFile) -> None:
    message = error_of(tmp_path, file, FIRST, "docs")
    assert "site.docs.error_page /404.html is not in dist, and would be returned for what does not exist" in message
    line = message.partition("dev.hcl:")[2].partition(":")[0]
    assert 'error_page = "/404.html"' in Path(file.document.file).read_text().splitlines()[int(line) - 1]


def test_folder_without_files_is_an_error(tmp_path: Path, file: EnvironmentFile) -> None:
    with pytest.raises(OpsError, match="is not a folder; build the site first"):
        read_build(tmp_path / "dist", file, "www")
    (tmp_path / "dist").mkdir()
    with pytest.raises(OpsError, match="has no files; build the site first"):
        read_build(tmp_path / "dist", file, "www")


def test_links_stay_inside_the_folder(tmp_path: Path, file: EnvironmentFile) -> None:
    folder = written(tmp_path, FIRST)
    (folder / "start.html").symlink_to(folder / "index.html")
    assert "start.html" in [each.key for each in read_build(folder, file, "www").pages]
    (tmp_path / "passwords.txt").write_text("")
    (folder / "a.txt").symlink_to(tmp_path / "passwords.txt")
    (folder / "b.txt").symlink_to(folder / "nothing.txt")
    with pytest.raises(OpsError) as error:
        read_build(folder, file, "www")
    assert "a.txt: the file is a link to a file outside of the folder; copy the file" in str(error.value)
    assert "b.txt: the file is a link to nothing; build the site again" in str(error.value)


def test_excluded_and_public_files(tmp_path: Path, file: EnvironmentFile) -> None:
    files = {**FIRST, ".vite/manifest.json": "{}", "a.js.map": "{}", "docs.html": TOKEN}
    options = Options(exclude=[".vite/*", "*.map"], public=["docs.html"])
    keys = {each.key for each in build_of(tmp_path, file, files, options=options).files}
    assert keys == {*FIRST, "docs.html"}


def test_excluded_pattern_without_a_file_is_an_error(tmp_path: Path, file: EnvironmentFile) -> None:
    with pytest.raises(OpsError, match=r"--exclude 'nothing\*', '\*\.txt' matches no file in ") as error:
        build_of(tmp_path, file, FIRST, options=Options(exclude=["nothing*", "favicon*", "*.txt"]))
    assert error.value.code == ExitCode.REFUSED


def test_source_maps_are_left_out_if_there_are_any(tmp_path: Path, file: EnvironmentFile) -> None:
    options = Options(source_maps=False)
    for files in (FIRST, {**FIRST, "assets/a.js.map": "{}"}):
        assert {each.key for each in build_of(tmp_path, file, files, options=options).files} == set(FIRST)


@pytest.mark.parametrize(
    "text",
    [
        # AWS's own example, the first line of a key in a library that reads keys, and a key for browsers.
        "AKIAIOSFODNN7EXAMPLE",
        'const begin = "-----BEGIN PRIVATE KEY-----";',
        'x = "-----BEGIN PRIVATE KEY-----\\n" + btoa(key) + "\\n-----END PRIVATE KEY-----"',
        "-----BEGIN PUBLIC KEY-----\n" + "A" * 64,
        'apiKey: "AIza' + "a" * 35 + '"',
        "login(user, password=form.value)",
    ],
)
def test_public_text_is_no_secret(text: str, tmp_path: Path, file: EnvironmentFile) -> None:
    assert build_of(tmp_path, file, {**FIRST, "a.js": text}).files


@pytest.mark.parametrize(
    "text",
    ["AKIA" + "ABCDEFGH12345678", "-----BEGIN RSA PRIVATE KEY-----\\n" + "A" * 64, "xoxb-" + "1234567890-abc"],
)
def test_secret_is_an_error(text: str, tmp_path: Path, file: EnvironmentFile) -> None:
    assert "dist/a.js:1: the line contains what looks like" in error_of(tmp_path, file, {**FIRST, "a.js": text})


_BODY = "\n".join(["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"] * 2)


@pytest.mark.parametrize("name", ["server.pem", "k.js", "key", "a.html", "a.css", "a.svg", "photo.jpg"])
@pytest.mark.parametrize(
    "text",
    [
        f"-----BEGIN PRIVATE KEY-----\n{_BODY}\n-----END PRIVATE KEY-----\n",
        f"-----BEGIN RSA PRIVATE KEY-----\r\n{_BODY}",
        f"  -----BEGIN EC PRIVATE KEY-----\n    {_BODY}",
        f"-----BEGIN OPENSSH PRIVATE KEY-----{_BODY}",
        f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0A1B\n\n{_BODY}",
        f"-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 2\n\n{_BODY}",
        f'"-----BEGIN PRIVATE KEY-----\\n" +\n  "{_BODY}',
        f'["-----BEGIN PRIVATE KEY-----",\n"{_BODY}',
    ],
)
def test_private_key_of_several_lines_is_an_error(name: str, text: str, tmp_path: Path, file: EnvironmentFile) -> None:
    message = error_of(tmp_path, file, {**FIRST, name: f"first\n\n{text}"})
    assert message.startswith(f"dist/{name}:3: the line contains what looks like a private key; everyone could read it")


def test_private_key_in_utf_16_is_an_error(tmp_path: Path, file: EnvironmentFile) -> None:
    folder = written(tmp_path, FIRST)
    (folder / "a.txt").write_text(f"-----BEGIN PRIVATE KEY-----\n{_BODY}", encoding="utf-16")
    with pytest.raises(OpsError, match=r"a\.txt:1: the line contains what looks like a private key"):
        read_build(folder, file, "www")


def test_unusual_files_are_warnings(tmp_path: Path, file: EnvironmentFile) -> None:
    files = {**FIRST, "a.xyz": "", ".well-known/apple-app-site-association": "{}"}
    assert list(build_of(tmp_path, file, files).warnings) == [
        "a.xyz: no known type, published as application/octet-stream, which browsers download",
        '.well-known/apple-app-site-association: cannot be reached: with routing = "single-page", a name without a dot '
        "gets /index.html",
    ]


def test_first_matching_path_decides(tmp_path: Path) -> None:
    site = """
zone "public" { name = "agora.example" }
bucket "content" {}
site "www" {
  names        = ["www.agora.example"]
  hashed_paths = ["/*.js"]
  media "content" {
    bucket = "content"
    paths  = ["/media/*"]
  }
}
"""
    file = load(write(tmp_path, {"dev": DEV + site}))["dev"]
    assert [each.key for each in build_of(tmp_path, file, FIRST).hashed] == ["assets/index-B3xY9aZk.js"]
    assert "media/a.js" in error_of(tmp_path, file, {**FIRST, "media/a.js": ""})
