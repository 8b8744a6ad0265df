"""Publishing a release of a site, and restoring an earlier one, in the order that the package's docstring describes."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from modules.edge.site.keys.paths import ROOT_PAGE
from modules.edge.site.keys.publishing import RELEASES
from modules.environment_files import EnvironmentFile
from ops.clock import Clock
from ops.errors import ExitCode, OpsError
from ops.interrupts import Interrupted
from ops.publish.bucket import WORKERS, SiteBucket, Stored
from ops.publish.build import Build, BuiltFile, is_html
from ops.publish.invalidation import invalidate, paths_of
from ops.publish.lock import locked
from ops.publish.release import Release, copy_key, files, next_id, old_keys, to_restore
from ops.steps import step
from ops.target import Clients

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Names of service workers, which cache pages by themselves: Workbox and hand-written ones, Angular, Firebase.
_WORKERS = ("sw.js", "service-worker.js", "serviceworker.js", "ngsw-worker.js", "ngsw.json", "firebase-messaging-sw.js")


@dataclass(frozen=True)
class Retention:
    """Which files of earlier releases stay."""

    days: int = 30
    """Days for which a page that a user opened can still load its files."""
    releases: int = 5
    """The newest releases that can be restored, whatever their age."""


@dataclass(frozen=True)
class Outcome:
    """What was done."""

    release: Release
    bucket: str
    uploaded: Sequence[str] = ()
    unchanged: int = 0
    pages: Sequence[str] = ()
    """The pages that were replaced or deleted."""
    deleted: Sequence[str] = ()
    """The files of earlier releases that were deleted."""
    invalidations: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the fields for `--json` and the audit log."""
        release = self.release
        return {
            "release": release.id,
            "tag": release.tag,
            "commit": release.commit,
            "restores": release.restores,
            "bucket": self.bucket,
            "uploaded": len(self.uploaded),
            "unchanged": self.unchanged,
            "pages": list(self.pages),
            "deleted": len(self.deleted),
            "invalidations": list(self.invalidations),
        }

    def lines(self) -> list[str]:
        """Return the outcome as text."""
        release = self.release
        source = f" (restores {release.restores})" if release.restores else ""
        return [
            f"release   {release.id}{source}",
            f"uploaded  {files(len(self.uploaded))}, {self.unchanged} unchanged",
            f"pages     {len(self.pages)} changed",
            f"deleted   {files(len(self.deleted))} that no release needs any longer",
        ]


@dataclass
class Publishing:
    """One site while it is published."""

    file: EnvironmentFile
    label: str
    clients: Clients
    retention: Retention = field(default_factory=Retention)
    clock: Clock = field(default_factory=Clock)
    take_lock: bool = False
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """The variables of a pipeline's job."""
    apply: str = ""
    """The command that applies the environment; by default the one for AWS."""

    @cached_property
    def bucket(self) -> SiteBucket:
        """The site's bucket."""
        apply = self.apply or f"make deploy ENV={self.file.settings.name}"
        return SiteBucket(self.clients, self.file, self.label, apply)

    def publish(self, build: Build, *, tag: str | None = None, commit: str | None = None) -> Outcome:
        """Publish the files of a folder. Raises OpsError; the same call again then continues."""
        with self._locked():
            objects = self.bucket.objects()
            releases = self.bucket.releases(objects)
            missing = self._missing(build, objects)
            release = Release(
                id=next_id(releases, self.clock.now()),
                hashed=frozenset(each.key for each in build.hashed),
                pages={each.key: each.sha256 for each in build.pages},
                tag=tag,
                commit=commit,
            )
            if releases and releases[-1].is_same(release):
                release = releases.pop()
            copies = {each.sha256: each for each in build.pages if copy_key(each.sha256) not in objects}
            with self._phase("uploading; users see the release before"):
                self._each("upload", self.bucket.upload, missing)
                self._each("upload pages", self.bucket.upload_copy, copies.values())
            replaced = [each.key for each in missing if each.key in objects]
            outcome = self._show(release, releases, objects, replaced)
            uploaded = [each.key for each in (*missing, *copies.values())]
            return replace(outcome, uploaded=uploaded, unchanged=len(build.files) - len(uploaded))

    def restore(self, wanted: str | None = None) -> Outcome:
        """Publish an earlier release again, by its ID or tag; by default the one before. Raises OpsError."""
        with self._locked():
            objects = self.bucket.objects()
            releases = self.bucket.releases(objects)
            found = to_restore(releases, wanted)
            needed = {*found.hashed, *map(copy_key, found.pages.values())}
            if lost := sorted(needed.difference(objects)):
                names = ", ".join(lost[:5])
                message = f"{found.id} cannot be restored: the bucket no longer has {names}; publish it from its commit"
                raise OpsError(message, ExitCode.REFUSED)
            id = next_id(releases, self.clock.now())
            release = replace(found, id=id, restores=found.origin, is_finished=False)
            return self._show(release, releases, objects)

    def releases(self) -> list[Release]:
        """Return the releases that are kept, the oldest first."""
        self.bucket.require_applied()
        return self.bucket.releases(self.bucket.objects())

    def _locked(self) -> Any:
        self.bucket.require_applied()
        return locked(
            self.clients("s3"), self.bucket.name, self.clock, take=self.take_lock, environment=self.environment
        )

    def _missing(self, build: Build, objects: Mapping[str, Stored]) -> list[BuiltFile]:
        """Return the hashed files to upload. Raises OpsError if one has other content under the same name.

        Not for source maps: they contain the sources, and the hash in their names is that of the built code.
        """
        present = [each for each in build.hashed if each.key in objects]
        states = self._each("compare", lambda each: self.bucket.state_of(each.key), present)
        changed, missing = [], [each for each in build.hashed if each.key not in objects]
        for each, state in zip(present, states, strict=True):
            is_same = objects[each.key].size == each.size and state["sha256"] in (None, each.sha256)
            if not is_same and not each.key.endswith(".map"):
                changed.append(each)
            elif state != _expected(each):
                missing.append(each)
        if changed:
            raise OpsError("\n".join(map(self._problem_of, changed)), ExitCode.REFUSED)
        return missing

    def _problem_of(self, changed: BuiltFile) -> str:
        place = self.file.place("site", self.label, "hashed_paths")
        return (
            f"{changed.path}: the site has other content at /{changed.key}, and browsers keep that for a year, because "
            f"{place} hashed_paths contains it; build it with a hash in its name, or exclude it from hashed_paths"
        )

    def _show(
        self, release: Release, releases: Sequence[Release], objects: Mapping[str, Stored], replaced: Sequence[str] = ()
    ) -> Outcome:
        """Replace the pages by those of the release, and delete what is old. All other files are there already.

        `replaced` are hashed files that were uploaded again, and are invalidated too.
        """
        with self._phase("replacing pages; all files that they need are there"):
            self.bucket.write_manifest(release)
            present = [key for key in release.pages if key in objects]
            shown = self._each("compare pages", lambda key: self.bucket.is_shown(key, release.pages[key]), present)
            same = {key for key, is_shown in zip(present, shown, strict=True) if is_shown}
            changed = [key for key in release.pages if key not in same]
            gone = [key for key in objects if _is_page(key, releases) and not release.has(key)]
            invalidations = list(self._replace(release, changed, gone, replaced))
            release = replace(release, is_finished=True)
            self.bucket.write_manifest(release)
        with self._phase("deleting old files; the release is published"):
            modified = {key: each.modified for key, each in self.bucket.objects().items()}
            days, count = self.retention.days, self.retention.releases
            deleted = old_keys(modified, [*releases, release], self.clock.now(), days, count)
            self.bucket.delete(deleted)
        pages = sorted([*changed, *gone])
        return Outcome(release, self.bucket.name, (), 0, pages, sorted(deleted), invalidations)

    def _replace(
        self, release: Release, changed: Collection[str], gone: Collection[str], others: Collection[str]
    ) -> Iterator[str]:
        """Replace and delete pages in order, and yield the invalidations, the first also of other files."""
        workers = [key for key in changed if key.rpartition("/")[2] in _WORKERS]
        pages = set(changed).difference(workers)
        for group in _in_order(pages):
            self._each("replace pages", lambda key: self.bucket.show(key, release.pages[key]), group)
        self.bucket.delete(gone)
        yield from self._invalidate([*pages, *gone, *others])
        if workers:
            self._each("replace service workers", lambda key: self.bucket.show(key, release.pages[key]), workers)
            yield from self._invalidate(workers)

    def _invalidate(self, keys: Collection[str]) -> Iterator[str]:
        if keys:
            paths = paths_of(keys, self.file.settings.site[self.label].routing)
            yield invalidate(self.clients("cloudfront"), self.bucket.distribution_id, paths, self.clock)

    def _each(self, name: str, act: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Return the results for all items, in order; several run at the same time."""
        items = list(items)
        if not items:
            return []
        with step(name) as doing, ThreadPoolExecutor(max_workers=WORKERS) as pool:
            results = []
            try:
                for result in pool.map(act, items):
                    results.append(result)
                    doing.progress(f"{len(results)} of {len(items)}")
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
            doing.result = files(len(results))
        return results

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        """Say in an error of AWS, or after an interrupt, what was done until then."""
        again = "run the same command again, and it continues"
        try:
            yield
        except (ClientError, BotoCoreError) as error:
            reason = " ".join(str(error).split())
            raise OpsError(f"stopped while {name}: {reason}; {again}", ExitCode.PUBLISH_FAILED) from error
        except Interrupted as error:
            raise OpsError(f"interrupted while {name}; {again}", error.code) from error


def _expected(file: BuiltFile) -> dict[str, str]:
    return {"sha256": file.sha256, "content_type": file.content_type, "cache_control": file.cache_control}


def _is_page(key: str, releases: Iterable[Release]) -> bool:
    """Return whether an object is a page that browsers open, and no hashed file."""
    return is_html(key) and not key.startswith(RELEASES) and not any(key in each.hashed for each in releases)


def _in_order(keys: Collection[str]) -> list[list[str]]:
    """Return pages in groups: what HTML uses, HTML, and the start page, which names the files of the release."""
    root = ROOT_PAGE.removeprefix("/")
    others = [key for key in keys if not is_html(key)]
    html = [key for key in keys if is_html(key) and key != root]
    return [others, html, [root] if root in keys else []]
