"""The built files of a site: what is in the folder, and what must not be published."""

import codecs
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from modules.compute.load_balancer.keys.listener_rules import covers
from modules.edge.site.keys.paths import ROOT_PAGE
from modules.edge.site.keys.publishing import HASHED, PAGES
from modules.edge.site.settings import SiteSettings
from modules.environment_files import EnvironmentFile
from modules.foundation.problems import Problem
from modules.hcl.pasted import FORMATS
from ops.errors import ExitCode, OpsError
from ops.publish.content_types import UNKNOWN, content_type_of

#: [PutObject](https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html): the largest object of one request.
LARGEST = 5 * 1024**3
#: [Naming Amazon S3 objects](https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html): bytes in UTF-8.
KEY_LIMIT = 1024
#: The one folder with a dot that belongs to a site: [RFC 8615](https://www.rfc-editor.org/rfc/rfc8615).
WELL_KNOWN = ".well-known"
#: Text up to this size is searched for secrets.
_SEARCHED = 32 * 1024**2
#: Bytes at the beginning of a file that show whether it is text.
_BEGINNING = 8 * 1024
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Control characters, which no URL contains, and the backslash, which browsers replace by a slash.
_NO_URL = re.compile(r"[\x00-\x1f\x7f\\]")
#: [What you need to know when invalidating paths]
#: (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html): CloudFront
#: does not invalidate paths with `~`; `*` at the end is a wildcard, and `?` begins a query string.
_NO_INVALIDATION = re.compile(r"[~*?]")
#: What is between the lines of a key: in a file of its own, in a string, and in strings that code or JSON joins.
_BREAK = r"(?:\s|\\[rn]?|[\"'`,+])"
#: Secrets with a format that nothing public has. Keys for browsers (Firebase, Supabase, Sentry) are not among them.
_SECRETS = {
    **{name: FORMATS[name] for name in ("a Slack webhook", "a Slack token", "a GitHub token", "a GitLab token")},
    # Without AWS's own examples, which end in EXAMPLE.
    "an AWS access key id": re.compile(r"(?<![A-Z0-9])(AKIA|ASIA)(?![A-Z0-9]{9}EXAMPLE)[A-Z0-9]{16}(?![A-Z0-9])"),
    # With its content, on the same line or the next ones, and after the headers of an encrypted key ([RFC 1421]
    # (https://www.rfc-editor.org/rfc/rfc1421), [RFC 9580](https://www.rfc-editor.org/rfc/rfc9580)): libraries that read
    # keys contain the first line.
    "a private key": re.compile(
        rf"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----{_BREAK}*"
        rf"((Proc-Type|DEK-Info|Version|Comment|Hash|Charset): [^\\\r\n]{{0,200}}{_BREAK}+)*[A-Za-z0-9+/]{{40}}"
    ),
}


@dataclass(frozen=True)
class BuiltFile:
    """A file to publish."""

    key: str
    """Its object key, which is its path on the site without the first slash."""
    path: Path
    size: int
    sha256: str
    """In hexadecimal."""
    hashed: bool
    """Whether the site's `hashed_paths` contain it: its name says what its content is."""

    @property
    def content_type(self) -> str:
        """Its Content-Type."""
        return content_type_of(self.key)

    @property
    def cache_control(self) -> str:
        """Its Cache-Control."""
        return HASHED if self.hashed else PAGES


@dataclass(frozen=True)
class Build:
    """The files of a folder, and what is unusual about them."""

    files: tuple[BuiltFile, ...]
    warnings: tuple[str, ...] = ()

    @property
    def hashed(self) -> list[BuiltFile]:
        """The files under `hashed_paths`."""
        return [each for each in self.files if each.hashed]

    @property
    def pages(self) -> list[BuiltFile]:
        """All other files."""
        return [each for each in self.files if not each.hashed]


@dataclass(frozen=True)
class Options:
    """Which files of the folder are published."""

    exclude: Sequence[str] = ()
    """Patterns of paths in the folder that are left out."""
    public: Sequence[str] = ()
    """Patterns of paths whose content looks like a secret, and is not one."""
    source_maps: bool = True
    """Whether `*.map` is published."""

    def leaves_out(self, key: str) -> bool:
        """Return whether a file is left out."""
        return _matches(key, self.exclude) or (not self.source_maps and key.endswith(".map"))


def read_build(folder: Path, file: EnvironmentFile, label: str, options: Options | None = None) -> Build:
    """Return the files to publish. Raises OpsError with everything in the folder that must not be published."""
    options = options or Options()
    site = file.settings.site[label]
    if not folder.is_dir():
        raise OpsError(f"--from {folder} is not a folder; build the site first", ExitCode.REFUSED)
    present = dict(_walk(folder))
    found = {key: path for key, path in present.items() if not options.leaves_out(key)}
    if not found:
        raise OpsError(f"--from {folder} has no files; build the site first", ExitCode.REFUSED)
    _require_matches(options.exclude, present, folder)
    problems = [
        *_missing_pages(folder, found, file, label),
        *(problem for key, path in sorted(found.items()) for problem in _problems(key, path, folder, file, label)),
    ]
    if not problems:
        # Reads the files, which the problems above may make impossible.
        problems += [each for key, path in sorted(found.items()) for each in _secrets(key, path, options)]
    if problems:
        raise OpsError("\n".join(map(str, problems)), ExitCode.REFUSED)
    files = tuple(_built(key, path, site) for key, path in sorted(found.items()))
    return Build(files, tuple(_warnings(files, site)))


def is_html(key: str) -> bool:
    """Return whether a file is a page that a browser opens."""
    return key.lower().endswith((".html", ".htm", ".xhtml"))


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield every file with its path in the folder, through symbolic links except those that point around."""
    seen = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        real = Path(parent).resolve()
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        for name in names:
            path = Path(parent, name)
            yield path.relative_to(folder).as_posix(), path


def _matches(key: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in patterns)


def _require_matches(patterns: Sequence[str], keys: Iterable[str], folder: Path) -> None:
    """Raise OpsError for patterns without a file: a mistyped one would publish what should be left out."""
    unused = [each for each in patterns if not any(fnmatchcase(key, each) for key in keys)]
    if unused:
        named = ", ".join(f"'{each}'" for each in unused)
        rule = "patterns match the whole path in the folder, such as '.vite/*'"
        raise OpsError(f"--exclude {named} matches no file in {folder}; {rule}", ExitCode.REFUSED)


def _built(key: str, path: Path, site: SiteSettings) -> BuiltFile:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    place = _first_pattern(key, site)
    return BuiltFile(key, path, path.stat().st_size, digest, hashed=place is not None and place[0][0] == "hashed_paths")


def _first_pattern(key: str, site: SiteSettings) -> tuple[tuple[str, ...], str] | None:
    """Return the path pattern that CloudFront applies to a file, with its key in the block; None for the default."""
    return next((each for each in site.paths if covers(each[1], f"/{key}")), None)


def _missing_pages(folder: Path, found: dict[str, Path], file: EnvironmentFile, label: str) -> Iterator[Problem]:
    root = ROOT_PAGE.removeprefix("/")
    if root not in found:
        rule = f"has no {root}, which CloudFront returns for /"
        yield Problem(folder.as_posix(), 0, "the folder", rule, "publish the folder that the build writes")
    page = file.settings.site[label].error_page
    if page and page.removeprefix("/") not in found:
        rule = f"is not in {folder}, and would be returned for what does not exist"
        yield file.document.problem(("site", label, "error_page"), page, rule, "build it, or remove the key")


def _problems(key: str, path: Path, folder: Path, file: EnvironmentFile, label: str) -> Iterator[Problem]:
    """Yield why a file must not be published, as `site` blocks and AWS see it."""
    checks: Sequence[tuple[Callable[[], bool], str, str]] = (
        (lambda: not _is_text(key), "has a name that is not UTF-8", "rename it"),
        (lambda: bool(_NO_URL.search(key)), "has a name that no URL can contain", "rename it"),
        (lambda: _is_hidden(key), "begins with a dot, and is not part of a site", _leave_out(key)),
        (lambda: not path.exists(), "is a link to nothing", "build the site again"),
        (lambda: not _is_inside(path, folder), "is a link to a file outside of the folder", "copy the file"),
        (lambda: path.stat().st_size > LARGEST, "is larger than the 5 GB of one upload", "serve it as `media`"),
    )
    for is_wrong, rule, remedy in checks:
        if is_wrong():
            yield Problem(_shown(path), 0, "the file", rule, remedy)
            return
    if len(key.encode()) > KEY_LIMIT:
        yield Problem(_shown(path), 0, "the file", f"has a path of more than {KEY_LIMIT} bytes", "shorten it")
    place = _first_pattern(key, file.settings.site[label])
    if place and place[0][0] != "hashed_paths":
        rule = f"would never be served: {file.place('site', label, *place[0])} sends {place[1]} elsewhere"
        yield Problem(_shown(path), 0, "the file", rule, "move it, or change that path")
    if place is None and _NO_INVALIDATION.search(key):
        yield Problem(
            _shown(path), 0, "the file", "has ~, *, or ? in its name, which no invalidation matches", "rename it"
        )


def _is_text(key: str) -> bool:
    return key.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in key)


def _is_hidden(key: str) -> bool:
    return any(part.startswith(".") for part in key.removeprefix(f"{WELL_KNOWN}/").split("/"))


def _leave_out(key: str) -> str:
    first, _, rest = key.partition("/")
    pattern = f"{first}/*" if rest and first.startswith(".") else key
    return f"remove it, or leave it out: --exclude '{pattern}'"


def _is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _secrets(key: str, path: Path, options: Options) -> Iterator[Problem]:
    if _matches(key, options.public) or path.stat().st_size > _SEARCHED:
        return
    content = path.read_bytes()
    if not _is_searched(key, content):
        return
    # Windows PowerShell redirects output into UTF-16.
    encoding = "utf-16" if content.startswith(_UTF_16) else "utf-8"
    text = content.decode(encoding, errors="replace")
    # In the whole text, since a key has several lines.
    found = {
        (text.count("\n", 0, match.start()) + 1, name)
        for name, pattern in _SECRETS.items()
        for match in pattern.finditer(text)
    }
    for number, name in sorted(found):
        rule = f"contains what looks like {name}; everyone could read it"
        remedy = f"remove it, and replace it at its issuer; if it is not a secret, publish with --public '{key}'"
        yield Problem(_shown(path), number, "the line", rule, remedy)


def _is_searched(key: str, content: bytes) -> bool:
    """Return whether a file is text, or could be; images and fonts contain zero bytes."""
    return content_type_of(key) == UNKNOWN or b"\0" not in content[:_BEGINNING] or content.startswith(_UTF_16)


def _shown(path: Path) -> str:
    """Return the path as text that can be printed."""
    return path.as_posix().encode(errors="backslashreplace").decode()


def _warnings(files: Sequence[BuiltFile], site: SiteSettings) -> Iterator[str]:
    if unknown := sorted({each.key for each in files if each.content_type == UNKNOWN}):
        listed = ", ".join(unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        yield f"{listed}: no known type, published as {UNKNOWN}, which browsers download"
    for each in files:
        if not each.hashed and "." not in each.key.rpartition("/")[2]:
            # The function `viewer_request` sees only requests without a pattern of their own.
            answer = ROOT_PAGE if site.routing == "single-page" else "a redirect to a folder"
            yield f'{each.key}: cannot be reached: with routing = "{site.routing}", a name without a dot gets {answer}'
