"""The `site` block: a website in a private bucket behind CloudFront, with an API and media on the same names."""

from collections.abc import Iterator
from itertools import combinations
from typing import Annotated, Literal

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
from modules.foundation.ci_servers import ApplicationPipeline
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Label, NotAllowed, TieredSettings, tiered
from modules.network.keys.domains import DomainPattern

#: A day: the longest that users see an old page if a pipeline does not create an invalidation.
PAGE_CACHE_LIMIT = 86_400
#: [CloudFront Developer Guide, Quotas]
#: (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html): public keys in a key
#: group.
KEYS_LIMIT = 5
#: [CloudFront Developer Guide, Quotas, Cache behaviors per distribution]
#: (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html).
PATHS_LIMIT = 75

_Place = tuple[str, ...]


class SiteSettings(TieredSettings):
    """A `site` block: public pages in a bucket that only CloudFront reads."""

    names: tuple[DomainPattern, ...] = Field(
        examples=[["www.dev.agora.example"]],
        min_length=1,
        description="The domain names of the site, all in one zone of the environment. They are also the names in its "
        "certificate.",
    )
    encryption: Literal["kms", "s3"] = Field(
        default="s3",
        description="Encryption of the bucket. s3: S3 managed keys, at no cost, which is enough for public pages. kms: "
        "the environment's KMS key for objects.",
    )
    routing: Literal["single-page", "folders"] = Field(
        default="single-page",
        description="The page that is returned for a path whose last part has no dot. single-page: /index.html, whose "
        "script does the routing. folders: the index.html of the folder with that name.",
    )
    error_page: str | None = Field(
        default=None,
        pattern=r"^/[A-Za-z0-9_./-]+$",
        examples=["/404.html"],
        description="The page that is returned with status 404 for a path that does not exist. Not allowed together "
        "with `api`, whose own 403 and 404 responses it would replace.",
    )
    hashed_paths: tuple[PathPattern, ...] = Field(
        default=("/assets/*",),
        description="Paths of files whose names contain a hash of their content; they are cached for a year.",
    )
    page_cache_seconds: int = Field(
        default=60,
        ge=1,
        le=PAGE_CACHE_LIMIT,
        description="Seconds for which CloudFront caches all other files. Browsers revalidate them each time.",
    )
    content_security_policy: HeaderValue | None = Field(
        default=None,
        examples=["default-src 'self'; connect-src 'self' https://api.agora.example"],
        description="The Content-Security-Policy header of the pages. By default they load scripts and other content "
        "from the site only, and cannot be framed.",
    )
    frame_options: Literal["DENY", "SAMEORIGIN"] = Field(
        default="DENY",
        description="The X-Frame-Options header: DENY, no page can frame the site; SAMEORIGIN, only its own pages.",
    )
    price_class: Literal["100", "200", "all"] = Field(
        default="200",
        description="The edge locations that CloudFront uses: 100 is North America and Europe, 200 adds Asia, the "
        "Middle East, and Africa, all adds the rest. Latency is higher for users far from these locations.",
    )
    geo_restriction: GeoRestrictionSettings | None = Field(
        default=None, description="The countries from which the site is accessible; by default all."
    )
    access_logs: Annotated[bool, NotAllowed((False,), "there would be no record of who requested what")] = Field(
        default=True,
        description="Whether CloudFront writes access logs to the log bucket.",
    )
    force_destroy: bool = tiered(
        development=True,
        staging=False,
        production=False,
        description="Whether Terraform deletes the bucket even if it contains objects. Requires an unlock record in "
        "production.",
    )
    published_by: ApplicationPipeline | None = Field(
        default=None,
        description="Whose jobs may publish this site only (`ops publish`), from the refs that an environment of the "
        "tier is released from: in development, jobs on the default branch; in staging, jobs on tags v*; in "
        "production, jobs on tags v* without a hyphen, which prereleases have. The outputs contain the ARN of the "
        "role.",
    )
    api: ApiSettings | None = Field(default=None, description="Paths that go to a load balancer.")
    media: dict[Label, MediaSettings] = Field(
        default_factory=dict, description="Paths that are served from a bucket, by name."
    )
    public_key: dict[Label, PublicKeySettings] = Field(
        default_factory=dict, max_length=KEYS_LIMIT, description="Public keys for signed URLs of media, by name."
    )

    @model_validator(mode="after")
    def _rules(self) -> "SiteSettings":
        raise_findings(
            [
                *self._name_findings(),
                *self._path_findings(),
                *self._response_findings(),
            ]
        )
        return self

    @property
    def paths(self) -> list[tuple[_Place, str]]:
        """The path patterns in the order in which CloudFront evaluates them, each with its key in the block."""
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
            yield Finding(("names",), list(self.names), "contains a name twice", "write each name once")

    def _path_findings(self) -> Iterator[Finding]:
        if len(self.paths) > PATHS_LIMIT:
            rule = f"has {len(self.paths)} paths, more than the {PATHS_LIMIT} of a CloudFront distribution"
            yield Finding((), None, rule, "combine some with wildcards")
        for (earlier, one), (later, other) in combinations(self.paths, 2):
            if covers(one, other):
                rule = f"would get no requests: {'.'.join(earlier)} {one} matches all of them first"
                yield Finding(later, other, rule, "write another path, or remove one of them")

    def _response_findings(self) -> Iterator[Finding]:
        if self.api and self.error_page:
            rule = "would also replace the 403 and 404 of the `api`: CloudFront's error pages apply to a whole site"
            yield Finding(("error_page",), self.error_page, rule, "remove it; the script of index.html can show one")
        signed = [label for label, media in self.media.items() if media.signed_urls]
        for label in signed if not self.public_key else ():
            rule = "needs a key to verify signatures, and the site has none"
            yield Finding(("media", label, "signed_urls"), True, rule, 'write `public_key "first" { base64 = ... }`')
        if self.public_key and not signed:
            rule = "is not used: no media has signed URLs"
            yield Finding(("public_key",), None, rule, "write signed_urls = true in a `media` block")
