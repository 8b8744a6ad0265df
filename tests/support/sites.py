"""Built files of a site, and its bucket."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: A build of Vite: a chunk, and the page that names it.
FIRST: Mapping[str, str] = {
    "index.html": '<script src="/assets/index-B3xY9aZk.js"></script>',
    "about.html": "about",
    "favicon.svg": "<svg/>",
    "assets/index-B3xY9aZk.js": "first()",
}
SECOND: Mapping[str, str] = {
    "index.html": '<script src="/assets/index-C4yZ0bAl.js"></script>',
    "favicon.svg": "<svg/>",
    "sw.js": "cache()",
    "assets/index-C4yZ0bAl.js": "second()",
}
_numbers = itertools.count()


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files into a new folder, and return it."""
    target = folder / f"dist-{next(_numbers)}"
    for name, text in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return target


def empty(s3: Any, bucket: str) -> None:
    """Delete every version of every object."""
    pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=bucket))
    for each in (version for page in pages for kind in ("Versions", "DeleteMarkers") for version in page.get(kind, [])):
        s3.delete_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])
