"""`push` blocks: invalid input, and the blocks that they expand to."""

from pathlib import Path

import pytest

from modules.environment_files import load
from modules.events.channel.settings import QueueSettings
from modules.events.push.settings import application_arn
from modules.foundation.names import Names
from tests.support.environments import ALARMS, DEV, PROD, only_problem, write

SECRETS = 'secret "apns-key" { }\nsecret "fcm-account" { }\n'
APNS = ['secret = "apns-key"', 'key_id = "ABCDE12345"', 'team_id = "TEAM123456"', 'bundle_id = "example.agora.app"']
FCM = ['secret = "fcm-account"']


def push(*lines: str, apns: list[str] | None = None, fcm: list[str] | None = None) -> str:
    blocks = [f"{kind} {{\n" + "\n".join(inner) + "\n}" for kind, inner in (("apns", apns), ("fcm", fcm)) if inner]
    return SECRETS + 'push "mobile" {\n' + "\n".join([*lines, *blocks]) + "\n}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (push("ttl_seconds = 60"), "push.mobile has no platform; add an `apns` block, an `fcm` block, or both"),
        (push('source = "mail"', fcm=FCM), "push.mobile.source mail should be 'topic', 'queue' or 'stream'"),
        (push("ttl_seconds = 2419201", fcm=FCM), "push.mobile.ttl_seconds 2419201 should be less than or equal to"),
        (
            push(fcm=['secret = "other"']),
            "push.mobile.fcm.secret other names no `secret` block of this environment",
        ),
        (push(apns=[*APNS[:1], 'key_id = "x"', *APNS[2:]]), "push.mobile.apns.key_id x"),
        (push(fcm=[*FCM, 'application = "a/b"']), "push.mobile.fcm.application a/b is not a name of a platform"),
        (
            push(fcm=FCM) + 'queue "push-mobile" { }\n',
            "queue.push-mobile has the same name as the queue of push.mobile; give",
        ),
        (
            push(fcm=FCM) + 'topic "push-mobile" { }\n',
            "topic.push-mobile has the same name as the topic of push.mobile; give",
        ),
    ],
)
def test_push_invalid_is_a_problem(tmp_path: Path, text: str, message: str) -> None:
    assert message in only_problem(tmp_path, {"dev": DEV + text})


def test_sandbox_in_production_is_a_problem(tmp_path: Path) -> None:
    problem = only_problem(tmp_path, {"prod": PROD + push(apns=[*APNS, "sandbox = true"])})
    assert "push.mobile.apns.sandbox true is not allowed in production: apps from the App Store would" in problem


@pytest.mark.parametrize(("name", "text", "platform"), [("dev", DEV, "APNS_SANDBOX"), ("prod", PROD + ALARMS, "APNS")])
def test_application_arn_contains_the_environment_name(tmp_path: Path, name: str, text: str, platform: str) -> None:
    settings = load(write(tmp_path, {name: text + push(apns=APNS, fcm=FCM)}))[name].settings
    names = Names("agora", name, settings.account_id, settings.region)
    arns = [application_arn(names, "mobile", each) for each in settings.push["mobile"].platforms]
    head = f"arn:aws:sns:ap-northeast-2:{settings.account_id}:app"
    assert arns == [f"{head}/{platform}/agora-{name}-mobile", f"{head}/GCM/agora-{name}-mobile"]


def test_application_arn_of_existing_application_contains_its_name(tmp_path: Path) -> None:
    text = DEV + push(fcm=[*FCM, 'application = "agora_android"'])
    settings = load(write(tmp_path, {"dev": text}))["dev"].settings
    (fcm,) = settings.push["mobile"].platforms
    names = Names("agora", "dev", settings.account_id, settings.region)
    assert application_arn(names, "mobile", fcm).endswith(":app/GCM/agora_android")


@pytest.mark.parametrize(
    ("source", "counts"),
    [
        ("topic", {"function": 1, "queue": 1, "topic": 1, "stream": 0}),
        ("queue", {"function": 1, "queue": 1, "topic": 0, "stream": 0}),
        ("stream", {"function": 1, "queue": 0, "topic": 0, "stream": 1}),
    ],
)
def test_push_expands_to_the_blocks_of_its_source(tmp_path: Path, source: str, counts: dict[str, int]) -> None:
    text = DEV + push(f'source = "{source}"', "attempts = 3", fcm=FCM)
    settings = load(write(tmp_path, {"dev": text}))["dev"].settings
    blocks = settings.expanded()
    assert {kind: len(getattr(blocks, kind)) for kind in counts} == counts
    function = blocks.function["push-mobile"]
    assert function.folder("push-mobile") == "push"
    if source == "stream":
        assert function.on_stream["push-mobile"].maximum_retry_attempts == 2
    else:
        topics = ("push-mobile",) if source == "topic" else ()
        assert blocks.queue == {"push-mobile": QueueSettings(topics=topics, max_receive_count=3)}
    assert not settings.function, "the blocks of the file itself are unchanged"
