"""Releases of a site: their manifests, which of them are kept, and which files belong to none."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from modules.edge.site.keys.publishing import RELEASES
from ops.errors import ExitCode, OpsError

#: The key of the site's lock, which belongs to no release.
LOCK_KEY = f"{RELEASES}lock"
#: An ID is the time at which the release was published first, so that IDs are sorted by time.
_ID = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Release:
    """The files of a site at one time."""

    id: str
    hashed: frozenset[str]
    """The keys of its hashed files."""
    pages: Mapping[str, str]
    """The SHA-256 of each page, in hexadecimal, by key."""
    tag: str | None = None
    commit: str | None = None
    restores: str | None = None
    """The ID of the earlier release whose files these are."""
    is_finished: bool = field(default=False, compare=False)
    """Whether all of its pages were published."""

    @property
    def time(self) -> datetime:
        """When it was published."""
        return datetime.strptime(self.id, _ID).replace(tzinfo=UTC)

    @property
    def origin(self) -> str:
        """The ID of the release that published these files first."""
        return self.restores or self.id

    @property
    def key(self) -> str:
        """The key of its manifest."""
        return f"{RELEASES}{self.id}.json"

    def has(self, key: str) -> bool:
        """Return whether a file belongs to it."""
        return key in self.hashed or key in self.pages

    def is_same(self, other: "Release") -> bool:
        """Return whether both have the same files, from the same source."""
        return (self.hashed, self.pages, self.tag, self.commit, self.restores) == (
            other.hashed,
            other.pages,
            other.tag,
            other.commit,
            other.restores,
        )

    def as_json(self, *, live: bool) -> dict[str, Any]:
        """Return what `--list` shows of it; `live` is whether users get it."""
        return {
            "release": self.id,
            "tag": self.tag,
            "commit": self.commit,
            "restores": self.restores,
            "files": len(self.hashed) + len(self.pages),
            "finished": self.is_finished,
            "live": live,
        }

    def line(self, *, live: bool) -> str:
        """Return it as a line of text."""
        notes = (
            f"restores {self.restores}" if self.restores else "",
            "" if self.is_finished else "not finished",
            "(live)" if live else "",
        )
        shown = (self.id, self.tag or self.commit or "no tag", files(len(self.hashed) + len(self.pages)), *notes)
        return "  ".join(filter(None, shown))

    def manifest(self) -> str:
        """Return the manifest's text."""
        manifest = {
            "id": self.id,
            "tag": self.tag,
            "commit": self.commit,
            "restores": self.restores,
            "finished": self.is_finished,
            "hashed": sorted(self.hashed),
            "pages": dict(sorted(self.pages.items())),
        }
        return json.dumps(manifest, indent=1)

    @classmethod
    def of(cls, text: str | bytes) -> "Release":
        """Return the release of a manifest."""
        read = json.loads(text)
        return cls(
            id=read["id"],
            hashed=frozenset(read["hashed"]),
            pages=read["pages"],
            tag=read["tag"],
            commit=read["commit"],
            restores=read["restores"],
            is_finished=read["finished"],
        )


def copy_key(sha256: str) -> str:
    """Return the key of the copy of a page."""
    return f"{RELEASES}pages/{sha256}"


def next_id(releases: Sequence[Release], now: datetime) -> str:
    """Return the ID of a release that is published now: later than all others, also if a clock differs."""
    last = max((each.time for each in releases), default=None)
    time = now if last is None else max(now, last + timedelta(seconds=1))
    return f"{time:{_ID}}"


def kept(releases: Sequence[Release], now: datetime, days: int, count: int) -> list[Release]:
    """Return the releases whose files stay: the newest ones, and those that users may still have open.

    `releases` are sorted. A release was published until the next one was.
    """
    limit = now - timedelta(days=days)
    until = [*(each.time for each in releases[1:]), now]
    oldest = len(releases) - count
    return [each for number, each in enumerate(releases) if number >= oldest or until[number] > limit]


def old_keys(
    objects: Mapping[str, datetime], releases: Sequence[Release], now: datetime, days: int, count: int
) -> set[str]:
    """Return the keys to delete, given when each object was last modified.

    A file that no manifest names is older than the first release, or was left by a command that failed. It stays until
    a release without it has been there for `days`.
    """
    stay = kept(releases, now, days, count)
    manifests = {each.key for each in stay}
    copies = {copy_key(digest) for each in stay for digest in each.pages.values()}
    limit = now - timedelta(days=days)
    is_due = bool(releases) and releases[0].time <= limit

    def is_old(key: str, modified: datetime) -> bool:
        if key.startswith(RELEASES):
            return key not in manifests and key not in copies and key != LOCK_KEY
        return is_due and modified < limit and not any(each.has(key) for each in stay)

    return {key for key, modified in objects.items() if is_old(key, modified)}


def live_release(releases: Sequence[Release]) -> Release | None:
    """Return the release that users get: the newest whose pages were all published."""
    return next((each for each in reversed(releases) if each.is_finished), None)


def files(count: int) -> str:
    """Return a number of files as text."""
    return f"{count} file{'' if count == 1 else 's'}"


def to_restore(releases: Sequence[Release], wanted: str | None) -> Release:
    """Return the release with this ID or tag, by default the one before the current one. Raises OpsError."""
    if wanted:
        found = [each for each in releases if wanted in (each.id, each.tag)]
        if not found:
            raise OpsError(f"there is no release {wanted}; {_known(releases)}", ExitCode.REFUSED)
        # A tag can have several: a commit that was published again, and those that restored it. The newest one counts.
        return found[-1]
    if not releases:
        raise OpsError("nothing was published yet, so there is nothing to restore", ExitCode.REFUSED)
    # After a rollback, the next one goes further back.
    earlier = [each for each in releases if each.id < releases[-1].origin and each.is_finished]
    if not earlier:
        raise OpsError(f"there is no release before {releases[-1].origin}; {_known(releases)}", ExitCode.REFUSED)
    return earlier[-1]


def _known(releases: Iterable[Release]) -> str:
    shown = [f"{each.id} ({each.tag})" if each.tag else each.id for each in releases]
    return f"kept are {', '.join(shown)}" if shown else "none is kept"
