"""Publishing a site on the embedded AWS: order, headers, what stays, what goes, and what is restored."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iam.evaluation import effects
from ops.errors import ExitCode, OpsError
from ops.publish.publish import Retention
from tests.ops.publish.conftest import Site
from tests.support.sites import FIRST, SECOND

NEW, OLD = "assets/index-C4yZ0bAl.js", "assets/index-B3xY9aZk.js"


class Recorded:
    """An S3 client that records its writes, and can fail at one of them."""

    def __init__(self, s3: Any, fails_at: str | None = None) -> None:
        self._s3 = s3
        self._fails_at = fails_at
        self.writes: list[str] = []

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._s3, name)
        if name not in ("put_object", "copy_object"):
            return call

        def write(**arguments: Any) -> Any:
            key = arguments["Key"]
            if key == self._fails_at:
                raise ClientError({"Error": {"Code": "SlowDown", "Message": "Reduce your rate"}}, name)
            self.writes.append(key)
            return call(**arguments)

        return write


def recorded(site: Site, fails_at: str | None = None) -> Recorded:
    s3 = Recorded(site.s3, fails_at)
    clients = site.clients
    site.clients = lambda service: s3 if service == "s3" else clients(service)
    return s3


def test_files_have_types_and_cache_headers(site: Site) -> None:
    site.publish(FIRST)
    heads = {key: site.s3.head_object(Bucket=site.bucket, Key=key) for key in site.public_keys()}
    assert {key: (head["ContentType"], head["CacheControl"]) for key, head in heads.items()} == {
        "index.html": ("text/html; charset=utf-8", "no-cache"),
        "about.html": ("text/html; charset=utf-8", "no-cache"),
        "favicon.svg": ("image/svg+xml; charset=utf-8", "no-cache"),
        OLD: ("text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
    }


def test_pages_are_replaced_after_their_files_and_the_start_page_last(site: Site) -> None:
    site.publish(FIRST)
    s3 = recorded(site)
    site.publish(SECOND)
    public = [key for key in s3.writes if not key.startswith(".releases/")]
    assert public == [NEW, "index.html", "sw.js"]
    # The manifest protects the new files before a page names them.
    first_page = s3.writes.index("index.html")
    assert any(key.endswith(".json") for key in s3.writes[:first_page])


def test_changed_pages_are_invalidated_and_service_workers_after_them(site: Site) -> None:
    site.publish(FIRST)
    outcome = site.publish(SECOND)
    assert site.invalidations()[1:] == [["/", "/about.html", "/index.html"], ["/sw.js"]]
    assert len(outcome.invalidations) == 2


def test_unchanged_files_are_not_uploaded_again(site: Site) -> None:
    site.publish(FIRST)
    s3 = recorded(site)
    outcome = site.publish({**FIRST, "about.html": "about us"})
    digest = outcome.release.pages["about.html"]
    assert sorted(key for key in s3.writes if not key.endswith((".json", "lock"))) == [
        f".releases/pages/{digest}",
        "about.html",
    ]
    assert (len(outcome.uploaded), outcome.unchanged, outcome.pages) == (1, 3, ["about.html"])


def test_same_build_again_changes_nothing(site: Site) -> None:
    first = site.publish(FIRST)
    again = site.publish(FIRST)
    assert again.release.id == first.release.id
    assert (again.uploaded, again.pages, again.invalidations) == ([], [], [])


def test_page_that_somebody_else_changed_is_replaced(site: Site) -> None:
    site.publish(FIRST)
    site.s3.put_object(Bucket=site.bucket, Key="index.html", Body=b"changed by hand")
    outcome = site.publish(FIRST)
    assert outcome.pages == ["index.html"]
    assert site.text("index.html") == FIRST["index.html"]


def test_old_files_stay_for_open_pages_and_removed_html_goes_at_once(site: Site) -> None:
    site.publish(FIRST)
    outcome = site.publish(SECOND)
    assert site.public_keys() == {*SECOND, OLD}
    assert outcome.pages == ["about.html", "index.html", "sw.js"]


def test_old_files_are_deleted_after_the_grace_period(site: Site) -> None:
    retention = Retention(days=30, releases=2)
    site.publish(FIRST, retention=retention)
    site.publish(SECOND, retention=retention)
    third = {**SECOND, "index.html": "third"}
    site.now += timedelta(days=29)
    site.publish(third, retention=retention)
    assert OLD in site.public_keys()
    site.now += timedelta(days=2)
    outcome = site.publish(third, retention=retention)
    assert OLD not in site.public_keys()
    assert NEW in site.public_keys()
    assert OLD in outcome.deleted
    # The copies of the pages go with their release.
    assert len([key for key in site.private_keys() if key.endswith(".json")]) == 2


def test_file_of_a_release_that_can_be_restored_stays_whatever_its_age(site: Site) -> None:
    site.publish(FIRST)
    site.now += timedelta(days=400)
    site.publish(SECOND)
    site.now += timedelta(days=400)
    site.publish(SECOND)
    assert OLD in site.public_keys()


def test_file_of_no_release_stays_until_a_release_is_older_than_the_grace_period(site: Site) -> None:
    site.s3.put_object(Bucket=site.bucket, Key="assets/before.js", Body=b"of an earlier tool")
    site.publish(FIRST)
    site.now += timedelta(days=29)
    site.publish(FIRST)
    assert "assets/before.js" in site.public_keys()
    site.now += timedelta(days=400)
    site.publish(FIRST)
    assert "assets/before.js" not in site.public_keys()


def test_rollback_restores_the_release_before_and_then_the_one_before_that(site: Site) -> None:
    first = site.publish(FIRST, tag="v1.0.0").release
    second = site.publish(SECOND, tag="v1.1.0").release
    site.publish({**SECOND, "index.html": "third"}, tag="v1.2.0")
    outcome = site.restore()
    assert (outcome.release.restores, outcome.release.tag) == (second.id, "v1.1.0")
    assert site.text("index.html") == SECOND["index.html"]
    assert site.restore().release.restores == first.id
    assert {key: site.text(key) for key in FIRST} == dict(FIRST)
    head = site.s3.head_object(Bucket=site.bucket, Key="about.html")
    assert (head["ContentType"], head["CacheControl"]) == ("text/html; charset=utf-8", "no-cache")
    assert site.invalidations()[-1] == ["/", "/about.html", "/index.html"]
    # Forward again.
    assert site.restore("v1.2.0").pages == ["about.html", "index.html"]
    assert site.text("index.html") == "third"


def test_rollback_to_what_was_never_published_is_an_error(site: Site) -> None:
    with pytest.raises(OpsError, match="nothing was published yet") as error:
        site.restore()
    assert error.value.code == ExitCode.REFUSED
    id = site.publish(FIRST, tag="v1.0.0").release.id
    with pytest.raises(OpsError, match=rf"there is no release v9; kept are {id} \(v1.0.0\)"):
        site.restore("v9")
    with pytest.raises(OpsError, match=f"there is no release before {id}"):
        site.restore()


def test_rollback_to_a_release_without_its_files_is_an_error(site: Site) -> None:
    site.publish(FIRST)
    site.publish(SECOND)
    site.s3.delete_object(Bucket=site.bucket, Key=OLD)
    with pytest.raises(OpsError, match=f"cannot be restored: the bucket no longer has {OLD}"):
        site.restore()
    assert site.text("index.html") == SECOND["index.html"]


def test_failure_in_the_middle_says_so_and_the_same_command_continues(site: Site) -> None:
    site.publish(FIRST)
    clients = site.clients
    recorded(site, fails_at="index.html")
    with pytest.raises(OpsError, match="stopped while replacing pages; all files that they need are there") as error:
        site.publish(SECOND)
    assert error.value.code == ExitCode.PUBLISH_FAILED
    assert site.text("index.html") == FIRST["index.html"]
    assert OLD in site.public_keys()
    assert ".releases/lock" not in site.private_keys()
    site.clients = clients
    outcome = site.publish(SECOND)
    assert outcome.uploaded == []
    assert site.text("index.html") == SECOND["index.html"]
    assert [each.is_finished for each in site.publishing().releases()] == [True, True]


def test_rollback_after_a_failure_restores_the_last_finished_release(site: Site) -> None:
    first = site.publish(FIRST).release
    clients = site.clients
    recorded(site, fails_at="sw.js")
    with pytest.raises(OpsError, match="stopped"):
        site.publish(SECOND)
    site.clients = clients
    assert site.restore().release.restores == first.id
    assert site.text("index.html") == FIRST["index.html"]


def test_failure_before_the_pages_leaves_the_site_as_it_is(site: Site) -> None:
    site.publish(FIRST)
    recorded(site, fails_at=NEW)
    with pytest.raises(OpsError, match="stopped while uploading; users see the release before"):
        site.publish(SECOND)
    assert site.text("index.html") == FIRST["index.html"]
    assert len(site.publishing().releases()) == 1


def test_hashed_file_with_other_content_is_an_error(site: Site) -> None:
    site.publish(FIRST)
    with pytest.raises(OpsError) as error:
        site.publish({**FIRST, OLD: "other()"})
    assert error.value.code == ExitCode.REFUSED
    assert f"the site has other content at /{OLD}" in str(error.value)
    assert "build it with a hash in its name, or exclude it from hashed_paths" in str(error.value)
    assert site.text(OLD) == FIRST[OLD]


def test_changed_source_map_is_replaced_and_invalidated(site: Site) -> None:
    site.publish({**FIRST, f"{OLD}.map": '{"sources": ["a"]}'})
    site.publish({**FIRST, f"{OLD}.map": '{"sources": ["b"]}'})
    assert site.text(f"{OLD}.map") == '{"sources": ["b"]}'
    assert site.invalidations()[-1] == [f"/{OLD}.map"]


def test_site_that_is_not_applied_is_an_error(site: Site) -> None:
    site.s3.delete_bucket_policy(Bucket=site.bucket)
    with pytest.raises(OpsError, match=r"is not applied with site\.www: .*; apply it first: make deploy ENV=dev"):
        site.publish(FIRST)


def test_policy_that_does_not_hide_the_releases_is_an_error(site: Site) -> None:
    policy = site.s3.get_bucket_policy(Bucket=site.bucket)["Policy"]
    site.s3.put_bucket_policy(Bucket=site.bucket, Policy=policy.replace("SiteWwwReleases", "Other"))
    with pytest.raises(OpsError, match=r"does not hide \.releases/ from CloudFront yet; apply it first"):
        site.publish(FIRST)
    assert site.public_keys() == set()


def test_cloudfront_reads_pages_and_not_their_copies(site: Site) -> None:
    policy = site.s3.get_bucket_policy(Bucket=site.bucket)["Policy"]
    context = {
        "aws:principalservicename": "cloudfront.amazonaws.com",
        "aws:sourcearn": f"arn:aws:cloudfront::111111111111:distribution/{site.distribution_id}",
        "aws:securetransport": "true",
    }
    arn = f"arn:aws:s3:::{site.bucket}"
    assert effects(policy, "s3:GetObject", f"{arn}/index.html", context) == {"Allow"}
    assert "Deny" in effects(policy, "s3:GetObject", f"{arn}/.releases/pages/{'0' * 64}", context)
