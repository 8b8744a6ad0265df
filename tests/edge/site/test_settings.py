"""The `site` block: validation and checks."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from modules.compute.load_balancer.keys.listener_rules import covers
from modules.edge.site.settings import SiteSettings
from modules.environment_files import load
from tests.support.days import READ
from tests.support.environments import ALARMS, DEV, PROD, only_problem, problems_of, write

ZONE = 'zone "public" {\n  name = "agora.example"\n}\n'
#: The load balancer and the bucket that the sites of these tests use.
PREREQUISITES = """\
load_balancer "public" {
  names          = ["api.agora.example"]
  reachable_from = "cloudfront"
}
bucket "content" {}
"""
KEY = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" + "A" * 360


def site(*lines: str, before: str = "", environment: str = DEV) -> str:
    """Return an environment with a `site` block at line 13, its names at 14, `lines` from 15, and `before` after it."""
    own = "".join(f"  {line}\n" for line in lines)
    return f'{environment}{ZONE}site "www" {{\n  names = ["www.agora.example"]\n{own}}}\n{before}'


def test_defaults(tmp_path: Path) -> None:
    read = load(write(tmp_path, {"dev": site()}))["dev"].settings.site["www"]
    assert (read.encryption, read.routing, read.hashed_paths) == ("s3", "single-page", ("/assets/*",))
    assert (read.page_cache_seconds, read.price_class, read.access_logs) == (60, "200", True)
    assert read.what_pages_may.endswith("frame-ancestors 'none'")
    assert (read.api, read.media, read.error_page) == (None, {}, None)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["page_cache_seconds = 0"], "dev.hcl:15: site.www.page_cache_seconds 0 should be greater than"),
        (['price_class = "300"'], "dev.hcl:15: site.www.price_class 300 should be '100', '200' or 'all'"),
        (['error_page = "404.html"'], "dev.hcl:15: site.www.error_page 404.html"),
        (
            ['hashed_paths = ["assets/*"]'],
            "dev.hcl:15: site.www.hashed_paths.0 assets/* is not a CloudFront path pattern: a slash, then letters, "
            'digits, _-.$/~"\'@:+& and the wildcards * and ?, at most 255 characters; write one as "/api/*", without '
            "the query string",
        ),
        (['hashed_paths = ["/a b/*"]'], "site.www.hashed_paths.0 /a b/* is not a CloudFront path pattern"),
        (['hashed_paths = ["/a#b"]'], "site.www.hashed_paths.0 /a#b is not a CloudFront path pattern"),
        (
            ['hashed_paths = ["/*"]'],
            "dev.hcl:15: site.www.hashed_paths.0 /* also matches /, the start page, and would replace the site; write",
        ),
        (['hashed_paths = ["/*.html"]'], "site.www.hashed_paths.0 /*.html also matches /index.html"),
        (
            ['hashed_paths = ["/a/*", "/a/b/*"]'],
            "dev.hcl:15: site.www.hashed_paths /a/b/* would get no requests: hashed_paths /a/* matches all of them "
            "first; write another path, or remove one of them",
        ),
        (['hashed_paths = ["/a/*", "/a/*"]'], "site.www.hashed_paths /a/* would get no requests: hashed_paths /a/*"),
        (
            ["geo_restriction {", '  allow = ["kr"]', "}"],
            "dev.hcl:16: site.www.geo_restriction.allow.0 kr is not a country code: two capital letters (ISO 3166-1)",
        ),
        (["geo_restriction {}"], "dev.hcl:15: site.www.geo_restriction names no country; write either `allow` or"),
        (
            ["geo_restriction {", '  allow = ["KR"]', '  deny = ["JP"]', "}"],
            "dev.hcl:15: site.www.geo_restriction has countries in both `allow` and `deny`",
        ),
        (
            ["geo_restriction {", '  deny = ["JP", "JP"]', "}"],
            "dev.hcl:16: site.www.geo_restriction.deny JP is listed twice; write each country once",
        ),
        (['content_security_policy = "a\\nb"'], "site.www.content_security_policy"),
        (
            ["api {", '  load_balancer = "inside"', "}"],
            "dev.hcl:16: site.www.api.load_balancer inside names no `load_balancer` block of this environment",
        ),
        (
            ["api {", '  load_balancer = "public"', "}", 'error_page = "/404.html"'],
            "dev.hcl:18: site.www.error_page /404.html would also replace the 403 and 404 of the `api`",
        ),
        (
            ["api {", '  load_balancer = "public"', "  origin_read_timeout = 61", "}"],
            "dev.hcl:17: site.www.api.origin_read_timeout 61 should be less than or equal to 60",
        ),
        (
            ['media "content" {', '  bucket = "contents"', "}"],
            "dev.hcl:16: site.www.media.content.bucket contents names no `bucket` block of this environment; "
            "there is content; "
            'write `bucket "contents" { ... }`, or name another',
        ),
        (
            [
                "api {",
                '  load_balancer = "public"',
                "}",
                'media "content" {',
                '  bucket = "content"',
                '  paths = ["/api/pictures/*"]',
                "}",
            ],
            "dev.hcl:20: site.www.media.content.paths /api/pictures/* would get no requests: api.paths /api/* matches",
        ),
        (
            ['media "content" {', '  bucket = "content"', "  signed_urls = true", "}"],
            "dev.hcl:17: site.www.media.content.signed_urls true needs a key to verify signatures, and the site",
        ),
        (
            ['public_key "first" {', f'  base64 = "{KEY}"', "}"],
            "dev.hcl:15: site.www.public_key is not used: no media has signed URLs; write signed_urls = true in a",
        ),
        (
            [
                'media "content" {',
                '  bucket = "content"',
                "  signed_urls = true",
                "}",
                'public_key "first" {',
                '  base64 = "MIIB"',
                "}",
            ],
            "dev.hcl:20: site.www.public_key.first.base64 MIIB is not a 2048-bit RSA public key",
        ),
    ],
)
def test_invalid_value_reports_line_rule_and_remedy(tmp_path: Path, lines: list[str], message: str) -> None:
    assert message in only_problem(tmp_path, {"dev": site(*lines, before=PREREQUISITES)})


def named(*names: str, before: str = "", zone: str = ZONE) -> str:
    shown = ", ".join(f'"{name}"' for name in names)
    return f'{DEV}{zone}site "www" {{\n  names = [{shown}]\n}}\n{before}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (named(), "dev.hcl:14: site.www.names []"),
        (
            named("www.other.example"),
            "dev.hcl:14: site.www.names www.other.example is in no zone of this environment (agora.example); write a",
        ),
        (
            named("a.agora.example", "a.agora.example"),
            'dev.hcl:14: site.www.names ["a.agora.example", "a.agora.example"] contains a name twice',
        ),
        (
            named("api.agora.example", before=PREREQUISITES),
            "dev.hcl:14: site.www.names api.agora.example already points to load_balancer.public; give each site",
        ),
        (
            named("www.agora.example", before='site "two" {\n  names = ["www.agora.example"]\n}\n'),
            "dev.hcl:17: site.two.names www.agora.example already points to site.www; give each site its own names",
        ),
        (
            named("www.agora.example", before='bucket "site-www" {}\n'),
            "dev.hcl:13: site.www would have a bucket with the same name as bucket.site-www; rename one of them",
        ),
        (
            named("www.agora.example", "www.mobile.example", before='zone "other" {\n  name = "mobile.example"\n}\n'),
            "dev.hcl:14: site.www.names www.mobile.example is not in agora.example like www.agora.example: a",
        ),
    ],
)
def test_invalid_name_is_reported(tmp_path: Path, text: str, message: str) -> None:
    assert message in only_problem(tmp_path, {"dev": text})


def test_name_with_a_cname_record_is_reported_and_with_a_txt_record_accepted(tmp_path: Path) -> None:
    record = '  record "w" {\n    name = "www.agora.example"\n    type = "%s"\n    records = ["%s"]\n  }\n}\n'
    zone = ZONE.removesuffix("}\n")
    cname = named("www.agora.example", zone=zone + record % ("CNAME", "a.example.net"))
    assert "site.www.names www.agora.example already points to zone.public.record.w" in only_problem(
        tmp_path, {"dev": cname}
    )
    text = named("www.agora.example", zone=zone + record % ("TXT", "proof"))
    assert problems_of(tmp_path, {"dev": text}) == []


def test_name_of_sites_in_two_environments_is_reported(tmp_path: Path) -> None:
    zone = ZONE.replace("}", "  existing = true\n}")
    files = {
        "dev": named("www.agora.example", zone=zone),
        "prod": named("www.agora.example", zone=zone).replace(DEV, PROD) + ALARMS,
    }
    assert only_problem(tmp_path, files) == (
        "prod.hcl:15: site.www.names www.agora.example is already a name of dev's site (dev.hcl:15); use different "
        "names in each environment"
    )


API = ["api {", '  load_balancer = "public"', "}"]


def balancer(*lines: str, names: str = '"api.agora.example"') -> str:
    own = "".join(f"  {line}\n" for line in lines)
    return f'load_balancer "public" {{\n  names = [{names}]\n{own}}}\n'


def test_api_reachable_without_cloudfront_is_an_error_in_production_and_a_warning_elsewhere(tmp_path: Path) -> None:
    rule = (
        "site.www.api.load_balancer public is also reachable without CloudFront, which bypasses the site's firewall "
        "and geographic restrictions; "
    )
    assert only_problem(tmp_path, {"prod": site(*API, before=balancer(), environment=PROD) + ALARMS}).startswith(
        f'prod.hcl:16: {rule}write reachable_from = "cloudfront" there, or add a separate load balancer for the site'
    )
    (tmp_path / "prod.hcl").unlink()
    (warning,) = load(write(tmp_path, {"dev": site(*API, before=balancer())}))["dev"].warnings(READ)
    assert rule in str(warning)
    assert "dev.hcl:16" in str(warning)


@pytest.mark.parametrize(
    "lines",
    [
        ['reachable_from = "cloudfront"'],
        ['reachable_from = "cloudfront"', "internal = true"],
        ["internal = true"],
    ],
)
def test_api_reachable_only_from_cloudfront_has_no_warning(tmp_path: Path, lines: list[str]) -> None:
    text = site(*API, before=balancer(*lines), environment=PROD) + ALARMS
    assert list(load(write(tmp_path, {"prod": text}))["prod"].warnings(READ)) == []


def test_internal_api_with_other_sources_is_accepted(tmp_path: Path) -> None:
    ranges = ", ".join(f'"10.9.{number}.0/24"' for number in range(2))
    text = site(*API, before=balancer("internal = true", f"reachable_from = [{ranges}]"), environment=PROD) + ALARMS
    assert problems_of(tmp_path, {"prod": text}) == []


def test_internal_api_without_room_for_cloudfronts_prefix_list_is_reported(tmp_path: Path) -> None:
    ranges = ", ".join(f'"10.9.{number}.0/24"' for number in range(3))
    text = site(*API, before=balancer("internal = true", f"reachable_from = [{ranges}]"))
    assert only_problem(tmp_path, {"dev": text}) == (
        "dev.hcl:16: site.www.api.load_balancer public has 6 inbound rules; CloudFront's prefix list counts as 55 "
        "of the 60 of a security group, which leaves 5; write fewer ranges in its reachable_from, or combine some of "
        "them"
    )


def test_internal_api_without_internet_gateway_is_reported(tmp_path: Path) -> None:
    closed = DEV.replace("network {", "network {\n  internet = false")
    text = site(*API, before=balancer("internal = true"), environment=closed)
    assert "is internal, and a CloudFront VPC origin requires a VPC with an internet gateway" in only_problem(
        tmp_path, {"dev": text}
    )


@pytest.mark.parametrize("origin", ['["198.51.100.0/24"]', '["203.0.113.0/24"]'])
def test_api_that_does_not_allow_cloudfront_is_reported(tmp_path: Path, origin: str) -> None:
    text = site(*API, before=balancer(f"reachable_from = {origin}"))
    assert only_problem(tmp_path, {"dev": text}) == (
        "dev.hcl:16: site.www.api.load_balancer public does not allow traffic from CloudFront; write reachable_from = "
        '"cloudfront" there'
    )


def test_api_with_only_wildcard_names_is_reported(tmp_path: Path) -> None:
    text = site(*API, before=balancer('reachable_from = "cloudfront"', names='"*.api.agora.example"'))
    assert "has only wildcard names, and CloudFront needs one name for its origin; add a" in only_problem(
        tmp_path, {"dev": text}
    )


def test_access_logs_off_in_production_is_reported(tmp_path: Path) -> None:
    text = site("access_logs = false", environment=PROD)
    assert "site.www.access_logs false is not allowed in production" in only_problem(tmp_path, {"prod": text})


def test_firewall_with_only_a_site_is_accepted(tmp_path: Path) -> None:
    assert problems_of(tmp_path, {"dev": site(before="firewall {}\n")}) == []


def test_public_key_is_not_reported_as_a_secret(tmp_path: Path) -> None:
    """A public key is as long and random as a secret; only the DER prefix of RSA keys distinguishes it."""
    media = ['media "content" {', '  bucket = "content"', "  signed_urls = true", "}"]
    # 360 characters of a real key.
    random = "".join(chr(ord("A") + (index * 7 + index // 26) % 26) + "a9+/"[index % 4] for index in range(180))
    lines = [*media, 'public_key "first" {', f'  base64 = "{KEY[:32]}{random}"', "}"]
    read = load(write(tmp_path, {"dev": site(*lines, before=PREREQUISITES)}))["dev"].settings.site["www"]
    pem = read.public_key["first"].pem
    assert re.fullmatch(r"-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/]{64}\n){6}.{8}\n-----END PUBLIC KEY-----\n", pem)


paths = st.from_regex(r"/[a-c?*]{1,4}(/[a-c*]{1,3})?", fullmatch=True).filter(
    lambda path: not covers(path, "/index.html") and not covers(path, "/")
)


@given(st.lists(paths, min_size=1, max_size=4))
def test_accepted_path_is_not_covered_by_an_earlier_one(patterns: list[str]) -> None:
    """Otherwise it would get no requests."""
    try:
        read = SiteSettings.model_validate({"names": ("www.agora.example",), "hashed_paths": tuple(patterns)})
    except ValidationError as error:
        assert "would get no requests" in str(error)
        return
    for index, (_, later) in enumerate(read.paths):
        assert not any(covers(earlier, later) for _, earlier in read.paths[:index])
