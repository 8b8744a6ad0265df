"""Invalidations of a site's distribution: edge locations then fetch the new pages."""

from collections.abc import Collection
from typing import Any, Literal
from urllib.parse import quote

from modules.edge.site.keys.paths import ROOT_PAGE
from ops.clock import Clock
from ops.steps import step, warn

#: A month has 1,000 paths without charge ([Pay for file invalidation]
#: (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PayingForInvalidation.html)), and a distribution
#: 3,000 in progress. With more, one wildcard invalidates everything: it counts as one path, but edge locations then
#: fetch the hashed files again too.
MOST_PATHS = 100
POLL_SECONDS = 5
#: Usually, an invalidation takes less than two minutes.
WAIT_SECONDS = 900
#: What is not encoded: everything but letters outside of ASCII and the unsafe characters of RFC 1738, section 2.2
#: ([What you need to know when invalidating paths]
#: (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html): "Don't
#: URL-encode any other characters in the path, or CloudFront won't invalidate the old version").
_SAFE = "/!$&'()+,-.:;=@_"


def paths_of(keys: Collection[str], routing: Literal["single-page", "folders"]) -> list[str]:
    """Return the paths to invalidate for changed pages.

    The site's function changes the URI of a request before CloudFront looks into its cache ("CloudFront Functions",
    cache key normalization). The page above recommends to invalidate both URIs: that of the viewer and the changed one.
    With `folders`, these are a folder and its index.html. With `single-page`, any path can become /index.html, so
    besides it only the root is named.
    """
    root = ROOT_PAGE.removeprefix("/")
    paths = set()
    for key in keys:
        paths.add(f"/{quote(key, safe=_SAFE)}")
        if key == root or (routing == "folders" and key.endswith(f"/{root}")):
            paths.add(f"/{quote(key.removesuffix(root), safe=_SAFE)}")
    return sorted(paths) if len(paths) <= MOST_PATHS else ["/*"]


def invalidate(cloudfront: Any, distribution_id: str, paths: Collection[str], clock: Clock) -> str:
    """Create an invalidation, wait for it, and return its ID; print a warning if it takes too long."""
    batch = {
        "Paths": {"Quantity": len(paths), "Items": list(paths)},
        # With the same reference, CloudFront would return an earlier invalidation.
        "CallerReference": f"groundwork-{clock.now().isoformat()}-{next(iter(paths))}"[:128],
    }
    with step(f"invalidate {len(paths)} paths") as doing:
        found = cloudfront.create_invalidation(DistributionId=distribution_id, InvalidationBatch=batch)["Invalidation"]
        id: str = found["Id"]
        waited = 0
        while found["Status"] != "Completed":
            if waited >= WAIT_SECONDS:
                warn(f"invalidation {id} of {distribution_id} is still in progress after {waited // 60} minutes")
                break
            doing.progress(f"{waited} s")
            clock.sleep(POLL_SECONDS)
            waited += POLL_SECONDS
            found = cloudfront.get_invalidation(DistributionId=distribution_id, Id=id)["Invalidation"]
    return id
