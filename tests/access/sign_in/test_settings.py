"""The `sign_in` block: what is refused, where and why; what follows from the tier."""

from pathlib import Path

import pytest

from modules.access.sign_in.settings import SignInSettings
from modules.environment_files import load
from tests.support.environments import DEV, PROD, only_problem, problems_of, write

ZONE = 'zone "public" {\n  name = "agora.example"\n}\n'


def sign_in(*lines: str) -> str:
    """Return a `sign_in` block whose own lines begin at line 11 of an environment file."""
    return "sign_in {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def client(*urls: str, kind: str = "web", key: str = "callback_urls") -> list[str]:
    """Return a `client` block; its URLs stand at line 13."""
    listed = ", ".join(f'"{url}"' for url in urls)
    others = ['callback_urls = ["https://www.agora.example/"]'] if key != "callback_urls" else []
    return ['client "app" {', f'kind = "{kind}"', f"{key} = [{listed}]", *others, "}"]


def settings(folder: Path, text: str) -> SignInSettings:
    found = load(write(folder, {"x": text}))["x"].settings.sign_in
    assert found is not None
    return found


def test_defaults_by_tier(tmp_path: Path) -> None:
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


def test_how_long_users_stay_signed_in(tmp_path: Path) -> None:
    urls = ("https://www.agora.example/",)
    found = {
        kind: settings(tmp_path, DEV + sign_in(*client(*urls, kind=kind))).client["app"].refresh_token_days
        for kind in ("web", "mobile")
    }
    assert found == {"web": 1, "mobile": 30}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('mfa = "off"', "mfa off is refused in production: who learns a password would be the user; write"),
        ('threat_protection = "off"', "threat_protection off is refused in production: passwords leaked elsewhere"),
        ("deletion_protection = false", "deletion_protection false is refused in production: every user's password"),
    ],
)
def test_production_refuses_by_name(tmp_path: Path, line: str, message: str) -> None:
    assert only_problem(tmp_path, {"prod": PROD + sign_in(line)}).startswith(f"prod.hcl:11: sign_in.{message}")
    assert problems_of(tmp_path, {"prod": DEV + sign_in(line)}) == []


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['sign_in_with = ["email", "email"]'], '11: sign_in.sign_in_with ["email", "email"] names one twice; write'),
        (['sign_in_with = ["nickname"]'], "11: sign_in.sign_in_with.0 nickname should be 'email' or 'phone'"),
        (
            ['recovery = "phone"'],
            "11: sign_in.recovery phone is not what users are known by, so that most would have none; write "
            '"email" or "administrator"',
        ),
        (["password {", "minimum_length = 6", "}"], "12: sign_in.password.minimum_length 6 should be greater than or"),
        (
            ["email {", 'sender = "Agora <a@agora.test>"', 'identity = "agora.example"', "}"],
            "12: sign_in.email.sender Agora <a@agora.test> is not of agora.example, the identity that SES lets us send "
            'for; write an address "...@agora.example"',
        ),
        (['domain = "auth.agora.test"'], "11: sign_in.domain auth.agora.test is in no zone of this environment (agora"),
        (
            ['domain = "agora.example"'],
            "11: sign_in.domain agora.example is a zone's own name; Cognito asks for one below a name that has an "
            'address; write "auth.agora.example"',
        ),
        (
            ['domain = "auth.agora.example"', 'domain_prefix = "agora"'],
            "12: sign_in.domain_prefix agora stands beside domain, and the pages are in one place; take one of them",
        ),
        (
            ['domain_prefix = "lawson"'],
            "11: sign_in.domain_prefix lawson holds aws, which Cognito does not allow in a name below amazoncognito",
        ),
        (
            ['client "load-balancer-x" {', 'callback_urls = ["https://a.example/"]', "}"],
            "11: sign_in.client.load-balancer-x is the name of a client that a load balancer has; give it another",
        ),
        (["sign_in_with = []"], '11: sign_in.sign_in_with [] names none, and one is needed; write ["email"]'),
        (client(), '13: sign_in.client.app.callback_urls [] names none, and one is needed; write ["https'),
    ],
)
def test_wrong_input_names_line_rule_and_remedy(tmp_path: Path, lines: list[str], message: str) -> None:
    assert only_problem(tmp_path, {"dev": DEV + sign_in(*lines) + ZONE}).startswith(f"dev.hcl:{message}")


@pytest.mark.parametrize("key", ["callback_urls", "logout_urls"])
@pytest.mark.parametrize(
    ("url", "kind", "message"),
    [
        (
            "http://www.agora.example/in",
            "web",
            'is not https: whoever listens on the way could sign in as the user; write "https://www.agora.example/in"',
        ),
        ("http://127.0.0.1/in", "web", "is not https: whoever"),
        ("http://localhost.agora.example/", "mobile", "is not https: whoever"),
        ("agora://signed-in", "web", "has the scheme agora, which browsers do not know; write an https one, or kind"),
        ("https:///in", "web", "names no host"),
        ("/signed-in", "web", "is not an absolute URL"),
        ("www.agora.example", "web", "is not an absolute URL"),
        ("https://www.agora.example/#in", "web", "has a fragment or a wildcard, and Cognito compares whole URLs"),
        ("https://*.agora.example/", "web", "has a fragment or a wildcard, and Cognito compares whole URLs"),
    ],
)
def test_urls_that_would_hand_the_code_to_others(tmp_path: Path, key: str, url: str, kind: str, message: str) -> None:
    text = DEV + sign_in(*client(url, kind=kind, key=key))
    assert only_problem(tmp_path, {"dev": text}).startswith(f"dev.hcl:13: sign_in.client.app.{key}.0 {url} {message}")


def test_localhost_outside_production_only(tmp_path: Path) -> None:
    block = sign_in(*client("http://localhost:3000/in"))
    assert problems_of(tmp_path, {"dev": DEV + block}) == []
    assert only_problem(tmp_path, {"prod": PROD + block}).startswith(
        "prod.hcl:13: sign_in.client.app.callback_urls.0 http://localhost:3000/in is refused in production: any program"
    )


def test_an_app_comes_back_by_a_scheme_of_its_own(tmp_path: Path) -> None:
    urls = ("agora://signed-in", "com.agora.app:/in", "https://app.agora.example/in")
    assert problems_of(tmp_path, {"prod": PROD + sign_in(*client(*urls, kind="mobile"))}) == []
