"""Settings of the `sign_in` block: problems, and defaults by tier."""

from pathlib import Path

import pytest

from modules.access.sign_in.settings import SignInSettings
from modules.environment_files import load
from tests.support.environments import DEV, PROD, only_problem, problems_of, write

ZONE = 'zone "public" {\n  name = "agora.example"\n}\n'


def sign_in(*lines: str) -> str:
    """Return a `sign_in` block whose lines begin at line 11 of an environment file."""
    return "sign_in {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def client(*urls: str, kind: str = "web", key: str = "callback_urls") -> list[str]:
    """Return a `client` block with its URLs in line 13."""
    listed = ", ".join(f'"{url}"' for url in urls)
    others = ['callback_urls = ["https://www.agora.example/"]'] if key != "callback_urls" else []
    return ['client "app" {', f'kind = "{kind}"', f"{key} = [{listed}]", *others, "}"]


def settings(folder: Path, text: str) -> SignInSettings:
    found = load(write(folder, {"x": text}))["x"].settings.sign_in
    assert found is not None
    return found


def test_sign_in_without_keys_has_the_defaults_of_its_tier(tmp_path: Path) -> None:
    dev = settings(tmp_path, DEV + sign_in())
    assert (dev.mfa, dev.threat_protection, dev.deletion_protection, dev.recovery) == (
        "optional",
        "off",
        False,
        "email",
    )
    prod = settings(tmp_path, PROD + sign_in())
    assert (prod.mfa, prod.threat_protection, prod.deletion_protection) == ("optional", "enforced", True)
    assert not prod.sends_text_messages
    phone = settings(tmp_path, DEV + sign_in('sign_in_with = ["phone"]', 'mfa = "off"'))
    assert (phone.recovery, phone.sends_text_messages) == ("phone", True)
    assert settings(tmp_path, DEV + sign_in('mfa_methods = ["sms"]')).sends_text_messages
    assert not settings(tmp_path, DEV + sign_in('mfa_methods = ["sms"]', 'mfa = "off"')).sends_text_messages


def test_refresh_token_of_a_mobile_client_is_valid_longer_by_default(tmp_path: Path) -> None:
    urls = ("https://www.agora.example/",)
    found = {
        kind: settings(tmp_path, DEV + sign_in(*client(*urls, kind=kind))).client["app"].refresh_token_days
        for kind in ("web", "mobile")
    }
    assert found == {"web": 1, "mobile": 30}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('mfa = "off"', "mfa off is not allowed in production: a stolen password alone would give access"),
        ('threat_protection = "off"', "threat_protection off is not allowed in production: sign-ins with passwords"),
        ("deletion_protection = false", "deletion_protection false is not allowed in production: the passwords of"),
    ],
)
def test_key_that_production_does_not_allow_is_a_problem_there_only(tmp_path: Path, line: str, message: str) -> None:
    assert only_problem(tmp_path, {"prod": PROD + sign_in(line)}).startswith(f"prod.hcl:11: sign_in.{message}")
    assert problems_of(tmp_path, {"prod": DEV + sign_in(line)}) == []


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['sign_in_with = ["email", "email"]'], '11: sign_in.sign_in_with ["email", "email"] has a value twice; write'),
        (['sign_in_with = ["nickname"]'], "11: sign_in.sign_in_with.0 nickname should be 'email' or 'phone'"),
        (
            ['recovery = "phone"'],
            "11: sign_in.recovery phone is not in sign_in_with, so most users could not recover their account; write "
            '"email" or "administrator"',
        ),
        (["password {", "minimum_length = 6", "}"], "12: sign_in.password.minimum_length 6 should be greater than or"),
        (
            ["email {", 'sender = "Agora <a@agora.test>"', 'identity = "agora.example"', "}"],
            "12: sign_in.email.sender Agora <a@agora.test> is not an address of agora.example, the verified identity; "
            'write an address "...@agora.example"',
        ),
        (['domain = "auth.agora.test"'], "11: sign_in.domain auth.agora.test is in no zone of this environment (agora"),
        (
            ['domain = "agora.example"'],
            "11: sign_in.domain agora.example is a zone apex; Cognito requires a subdomain of a domain that has an "
            'A record; write "auth.agora.example"',
        ),
        (
            ['domain = "auth.agora.example"', 'domain_prefix = "agora"'],
            "12: sign_in.domain_prefix agora cannot be combined with domain: a user pool has one domain; remove one",
        ),
        (
            ['domain_prefix = "lawson"'],
            "11: sign_in.domain_prefix lawson contains aws, which Cognito does not allow in a domain prefix",
        ),
        (
            ['client "load-balancer-x" {', 'callback_urls = ["https://a.example/"]', "}"],
            "11: sign_in.client.load-balancer-x has a prefix that is reserved for the clients of load balancers; give",
        ),
        (
            ["sign_in_with = []"],
            '11: sign_in.sign_in_with [] is empty, and at least one value is needed; write ["email"]',
        ),
        (client(), '13: sign_in.client.app.callback_urls [] is empty, and at least one value is needed; write ["https'),
    ],
)
def test_invalid_block_names_line_rule_and_remedy(tmp_path: Path, lines: list[str], message: str) -> None:
    assert only_problem(tmp_path, {"dev": DEV + sign_in(*lines) + ZONE}).startswith(f"dev.hcl:{message}")


@pytest.mark.parametrize("key", ["callback_urls", "logout_urls"])
@pytest.mark.parametrize(
    ("url", "kind", "message"),
    [
        (
            "http://www.agora.example/in",
            "web",
            "is not https: anyone who intercepts the traffic could sign in as the user; write "
            '"https://www.agora.example/in"',
        ),
        ("http://127.0.0.1/in", "web", "is not https: anyone"),
        ("http://localhost.agora.example/", "mobile", "is not https: anyone"),
        (
            "agora://signed-in",
            "web",
            "has the scheme agora, which browsers do not support; write an https URL, or kind",
        ),
        ("https:///in", "web", "has no host"),
        ("/signed-in", "web", "is not an absolute URL"),
        ("www.agora.example", "web", "is not an absolute URL"),
        ("https://www.agora.example/#in", "web", "has a fragment or a wildcard, and Cognito compares full URLs"),
        ("https://*.agora.example/", "web", "has a fragment or a wildcard, and Cognito compares full URLs"),
    ],
)
def test_url_that_could_expose_the_code_is_a_problem(
    tmp_path: Path, key: str, url: str, kind: str, message: str
) -> None:
    text = DEV + sign_in(*client(url, kind=kind, key=key))
    assert only_problem(tmp_path, {"dev": text}).startswith(f"dev.hcl:13: sign_in.client.app.{key}.0 {url} {message}")


def test_localhost_url_is_a_problem_in_production_only(tmp_path: Path) -> None:
    block = sign_in(*client("http://localhost:3000/in"))
    assert problems_of(tmp_path, {"dev": DEV + block}) == []
    assert only_problem(tmp_path, {"prod": PROD + block}).startswith(
        "prod.hcl:13: sign_in.client.app.callback_urls.0 http://localhost:3000/in is not allowed in production: any "
        "program"
    )


def test_custom_scheme_of_a_mobile_client_is_valid(tmp_path: Path) -> None:
    urls = ("agora://signed-in", "com.agora.app:/in", "https://app.agora.example/in")
    assert problems_of(tmp_path, {"prod": PROD + sign_in(*client(*urls, kind="mobile"))}) == []
