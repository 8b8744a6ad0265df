"""Policy documents and their statements."""

import json

import pytest

from modules.foundation.policies import Condition, PolicyDocument, allow, sid, use_key_via


def test_document_keeps_the_order_in_which_statements_are_added() -> None:
    document = PolicyDocument("queue orders", [allow("Send", actions=["sqs:SendMessage"], resources=["*"])])
    document.add_statements(allow("Receive", actions=["sqs:ReceiveMessage"], resources=["*"]))
    assert [statement["Sid"] for statement in json.loads(document.json())["Statement"]] == ["Send", "Receive"]


def test_duplicate_sid_raises_and_the_first_statement_stays() -> None:
    document = PolicyDocument("queue orders", [allow("Send", actions=["sqs:SendMessage"], resources=["a"])])
    with pytest.raises(ValueError, match="queue orders: the policy already has a statement Send"):
        document.add_statements(allow("Send", actions=["sqs:SendMessage"], resources=["b"]))
    assert [statement["Resource"] for statement in json.loads(document.json())["Statement"]] == [["a"]]


def test_replaced_statement_keeps_its_position() -> None:
    document = PolicyDocument(
        "bucket media", [allow(each, actions=["s3:GetObject"], resources=["a"]) for each in ("First", "Second")]
    )
    document.replace_statement(allow("First", actions=["s3:GetObject"], resources=["b"]))
    found = [(statement["Sid"], statement["Resource"]) for statement in json.loads(document.json())["Statement"]]
    assert found == [("First", ["b"]), ("Second", ["a"])]


def test_use_of_a_key_is_limited_to_one_service_in_addition_to_other_conditions() -> None:
    further: Condition = {"StringEquals": {"kms:EncryptionContext:SecretARN": ["s"]}, "ArnLike": {"aws:SourceArn": "x"}}
    statement = use_key_via(
        "Decrypt",
        "secretsmanager",
        "ap-northeast-2",
        actions=["kms:Decrypt"],
        key_arns=["key"],
        condition=further,
    )
    assert statement["Resource"] == ["key"]
    assert statement["Condition"] == {
        "StringEquals": {
            "kms:ViaService": "secretsmanager.ap-northeast-2.amazonaws.com",
            "kms:EncryptionContext:SecretARN": ["s"],
        },
        "ArnLike": {"aws:SourceArn": "x"},
    }


def test_sid_has_letters_and_digits_only() -> None:
    assert sid("slack-webhook/v2.env") == "SlackWebhookV2Env"
