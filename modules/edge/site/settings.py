"""The `site` block: pages in a private bucket behind CloudFront, and what goes through the same names."""

from collections.abc import Iterator
from itertools import combinations
from typing import Literal

from pydantic import Field, model_validator

from modules.compute.load_balancer.keys.listener_rules import covers
from modules.edge.site.keys.parts import (
    ApiSettings,
    GeoRestrictionSettings,
    HeaderValue,
    MediaSettings,
    PublicKeySettings,
)
from modules.edge.site.keys.paths import PathPattern
from modules.foundation.problems import Finding, refuse
from modules.foundation.settings import Label, TieredSettings, tiered
from modules.network.keys.domains import DomainPattern

#: A day: who turns a page's back must not wait longer for the next one, whatever the pipeline forgot.
PAGE_CACHE_LIMIT = 86_400
#: "CloudFront Developer Guide, Quotas": public keys in a key group.
KEYS_LIMIT = 5
#: [CloudFront Developer Guide, Quotas, Cache behaviors per distribution]
#: (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html).
PATHS_LIMIT = 75

_Place = tuple[str, ...]


class SiteSettings(TieredSettings):
    """A `site` block: pages that everyone may see, in a bucket that nobody but CloudFront reads."""

    names: tuple[DomainPattern, ...] = Field(
        examples=[["www.dev.agora.example"]],
        min_length=1,
        description="The names that lead to it, all in one of the environment's zones; its certificate bears them.",
    )
    encryption: Literal["kms", "s3"] = Field(
        default="s3",
        description="s3: S3's own keys, without cost, for what everyone may read anyway. kms: our key of objects.",
    )
    routing: Literal["single-page", "folders"] = Field(
        default="single-page",
        description="single-page: a path without a dot in its last part is answered by index.html, whose script knows "
        "it. folders: by the index.html of the folder of that name.",
    )
    error_page: str | None = Field(
        default=None,
        pattern=r"^/[A-Za-z0-9_./-]+$",
        examples=["/404.html"],
        description="The page that is shown with status 404 in place of what is not there. Not beside an `api`, whose "
        "own answers it would replace.",
    )
    hashed_paths: tuple[PathPattern, ...] = Field(
        default=("/assets/*",),
        description="Paths of files that bear a digest of their content in their names: kept for a year.",
    )
    page_cache_seconds: int = Field(
        default=60,
        ge=1,
        le=PAGE_CACHE_LIMIT,
        description="Seconds that CloudFront keeps all other files; browsers ask again.",
    )
    content_security_policy: HeaderValue | None = Field(
        default=None,
        examples=["default-src 'self'; connect-src 'self' https://api.agora.example"],
        description="From where pages may take scripts and all else; by default from the site only, in no frame.",
    )
    frame_options: Literal["DENY", "SAMEORIGIN"] = Field(
        default="DENY", description="Whether other pages may show the site in a frame: none, or its own."
    )
    price_class: Literal["100", "200", "all"] = Field(
        default="200",
        description="Where CloudFront answers from: 100 is North America and Europe, 200 adds Asia, the Middle East "
        "and Africa, all the rest. Who is far from these waits longer.",
    )
    geo_restriction: GeoRestrictionSettings | None = Field(
        default=None, description="Countries that the site is for; by default all."
    )
    access_logs: bool = Field(
        default=True, description="Whether each request is recorded in the log bucket. Refused off in production."
    )
    force_destroy: bool = tiered(
        development=True,
        staging=False,
        production=False,
        description="Whether a destroy deletes a bucket that contains objects. In production it takes an unlock "
        "record.",
    )
    api: ApiSettings | None = Field(default=None, description="Paths that a load balancer answers.")
    media: dict[Label, MediaSettings] = Field(default_factory=dict, description="Paths that a bucket answers, by name.")
    public_key: dict[Label, PublicKeySettings] = Field(
        default_factory=dict, max_length=KEYS_LIMIT, description="Keys that sign URLs of media, by name."
    )

    @model_validator(mode="after")
    def _rules(self) -> "SiteSettings":
        refuse(
            [
                *self._name_findings(),
                *self._path_findings(),
                *self._answer_findings(),
                *self._production_findings(),
            ]
        )
        return self

    @property
    def paths(self) -> list[tuple[_Place, str]]:
        """The patterns in the order in which CloudFront compares them, and where each stands in the block."""
        return [
            *((("api", "paths"), path) for path in (self.api.paths if self.api else ())),
            *((("media", label, "paths"), path) for label, media in self.media.items() for path in media.paths),
            *((("hashed_paths",), path) for path in self.hashed_paths),
        ]

    @property
    def what_pages_may(self) -> str:
        """The content security policy of the pages."""
        ancestors = "'none'" if self.frame_options == "DENY" else "'self'"
        default = f"default-src 'self'; base-uri 'self'; object-src 'none'; frame-ancestors {ancestors}"
        return self.content_security_policy or default

    def _name_findings(self) -> Iterator[Finding]:
        if len(set(self.names)) < len(self.names):
            yield Finding(("names",), list(self.names), "has a name twice", "write each once")

    def _path_findings(self) -> Iterator[Finding]:
        if len(self.paths) > PATHS_LIMIT:
            rule = f"has {len(self.paths)} paths in all, and a distribution of CloudFront has {PATHS_LIMIT}"
            yield Finding((), None, rule, "join some by wildcards")
        for (earlier, one), (later, other) in combinations(self.paths, 2):
            if covers(one, other):
                rule = f"is never asked: {'.'.join(earlier)} {one} takes all of its requests"
                yield Finding(later, other, rule, "write another path, or take one of them out")

    def _answer_findings(self) -> Iterator[Finding]:
        if self.api and self.error_page:
            rule = "would replace the 403 and 404 of the `api` too: CloudFront knows them of a site as a whole"
            yield Finding(("error_page",), self.error_page, rule, "take it out; the script of index.html can show one")
        signed = [label for label, media in self.media.items() if media.signed_urls]
        for label in signed if not self.public_key else ():
            rule = "has no key whose signature would count"
            yield Finding(("media", label, "signed_urls"), True, rule, 'write `public_key "first" { base64 = ... }`')
        if self.public_key and not signed:
            yield Finding(("public_key",), None, "signs nothing", "write signed_urls = true in a `media` block")

    def _production_findings(self) -> Iterator[Finding]:
        if self.is_production and not self.access_logs:
            rule = "is refused in production: nobody could say who asked for what"
            yield Finding(("access_logs",), False, rule, "take it out")
