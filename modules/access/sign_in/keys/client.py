"""The `client` blocks of `sign_in`: app clients, the applications that users sign in to."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, model_validator

from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import TieredSettings, each_once

ClientKind = Literal["web", "mobile"]

#: [CreateUserPoolClient, CallbackURLs and LogoutURLs]
#: (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html): the
#: number of URLs, and the length of each.
URLS_LIMIT = 100
URL_LIMIT = 1024
#: [Amazon Cognito Developer Guide, Quotas in Amazon Cognito]
#: (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html): ID and access tokens, 5 minutes to a day.
TOKEN_MINUTES = (5, 24 * 60)
#: The same page: refresh tokens, an hour to ten years; here in whole days.
REFRESH_DAYS_LIMIT = 3650
#: Days that an inactive user stays signed in: a day on a possibly shared computer, a month on a personal phone.
REFRESH_DAYS: Mapping[ClientKind, int] = {"web": 1, "mobile": 30}

#: [RFC 3986, section 3.1](https://www.rfc-editor.org/rfc/rfc3986#section-3.1).
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")


def empty(settings: BaseModel, key: str, example: str) -> Iterator[Finding]:
    """Yield a problem if a list is empty."""
    if not getattr(settings, key):
        yield Finding((key,), [], "is empty, and at least one value is needed", f'write ["{example}"]')


class ClientSettings(TieredSettings):
    """A `client` block: a public app client without a secret, which uses the authorization code grant with PKCE."""

    kind: ClientKind = Field(
        default="web", description="web: a web application in a browser. mobile: an app on a phone."
    )
    callback_urls: Annotated[tuple[str, ...], AfterValidator(each_once)] = Field(
        max_length=URLS_LIMIT,
        examples=[["https://www.agora.example/signed-in"]],
        description="The URLs to which Cognito may return users with an authorization code, compared exactly. They "
        "begin with https://, with a custom scheme for a mobile app, or, outside production, with "
        "http://localhost.",
    )
    logout_urls: Annotated[tuple[str, ...], AfterValidator(each_once)] = Field(
        default=(), max_length=URLS_LIMIT, description="The URLs to which Cognito may redirect users after sign-out."
    )
    scopes: Annotated[
        tuple[Literal["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"], ...],
        AfterValidator(each_once),
    ] = Field(default=("openid", "email", "profile"), description="The user data that the application may read.")
    access_token_minutes: int = Field(
        default=60,
        ge=TOKEN_MINUTES[0],
        le=TOKEN_MINUTES[1],
        description="Minutes for which an access token is valid; services accept it until then, even after revocation.",
    )
    id_token_minutes: int = Field(
        default=60, ge=TOKEN_MINUTES[0], le=TOKEN_MINUTES[1], description="Minutes for which an ID token is valid."
    )
    refresh_token_days: int = Field(
        default=REFRESH_DAYS["web"],
        ge=1,
        le=REFRESH_DAYS_LIMIT,
        description="Days after which a user must sign in again; by default 1, for a mobile app 30.",
    )

    @model_validator(mode="before")
    @classmethod
    def _by_kind(cls, values: Any) -> Any:
        if not isinstance(values, Mapping) or values.get("kind", "web") not in tuple(REFRESH_DAYS):
            return values
        return {"refresh_token_days": REFRESH_DAYS[values.get("kind", "web")], **values}

    @model_validator(mode="after")
    def _rules(self) -> "ClientSettings":
        raise_findings(
            [
                *empty(self, "callback_urls", "https://www.agora.example/signed-in"),
                *empty(self, "scopes", "openid"),
                *self._url_findings("callback_urls"),
                *self._url_findings("logout_urls"),
            ]
        )
        return self

    def _url_findings(self, key: Literal["callback_urls", "logout_urls"]) -> Iterator[Finding]:
        for index, url in enumerate(getattr(self, key)):
            problem = self._problem_of(url)
            if problem:
                yield Finding((key, str(index)), url, *problem)

    def _problem_of(self, url: str) -> tuple[str, str] | None:
        """Return rule and remedy if the URL is not allowed by [Amazon Cognito Developer Guide, Application-specific
        settings with app clients]
        (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-client-apps.html).
        """
        scheme, _, rest = url.partition(":")
        if not _SCHEME.fullmatch(scheme) or not rest or len(url) > URL_LIMIT or any(map(str.isspace, url)):
            return "is not an absolute URL", 'write one as "https://www.agora.example/signed-in"'
        if "#" in url or "*" in url:
            rule = "has a fragment or a wildcard, and Cognito compares full URLs without either"
            return rule, "write each URL to which users return"
        if scheme == "https":
            return None if urlsplit(url).hostname else ("has no host", 'write one as "https://www.agora.example/"')
        if scheme == "http":
            return self._problem_of_http(url)
        if self.kind == "web":
            return f"has the scheme {scheme}, which browsers do not support", 'write an https URL, or kind = "mobile"'
        return None

    def _problem_of_http(self, url: str) -> tuple[str, str] | None:
        if urlsplit(url).hostname != "localhost":
            rule = "is not https: anyone who intercepts the traffic could sign in as the user"
            return rule, f'write "https{url.removeprefix("http")}"'
        if self.is_production:
            rule = "is not allowed in production: any program on a user's machine could receive the code"
            return rule, "remove it; developers sign in to another environment"
        return None
