"""The attributes of a change: from and to, and no secret at any depth."""

import json
from typing import Any

import pytest

from ops.guard.plan import Change
from ops.note.attributes import LONGEST_VALUE, MOST_LINES, differences

SECRET = "correct-horse-battery-staple"
NEW_SECRET = "another-horse"


def update(before: dict[str, Any], after: dict[str, Any], **more: Any) -> Change:
    return Change(actions=("update",), before=before, after=after, **more)


def lines(change: Change) -> list[str]:
    return [line for each in differences(change) for line in each.lines()]


def test_short_values_are_one_line() -> None:
    before, after = {"cpu": 256, "name": "api", "on": None}, {"cpu": 512, "name": "api", "on": True}
    assert lines(update(before, after)) == ["! cpu: 256 -> 512", "! on: none -> true"]


def test_only_block_has_no_number_and_others_do() -> None:
    one = update({"a": [{"b": {"c": 1}}]}, {"a": [{"b": {"c": 2}}]})
    two = update({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 3}]})
    assert lines(one) == ["! a.b.c: 1 -> 2"]
    assert lines(two) == ["! a[1].b: 2 -> 3"]


def test_blocks_of_a_set_are_compared_by_their_key() -> None:
    before = {"q": [{"id": "a", "x": 1}, {"id": "b", "x": 2}]}
    after = {"q": [{"id": "c", "x": 4}, {"id": "b", "x": 3}, {"id": "a", "x": 1}]}
    assert lines(update(before, after)) == ["! q[b].x: 2 -> 3", '! q[c]: none -> {"id": "c", "x": 4}']


def test_blocks_that_cannot_be_compared_are_a_diff() -> None:
    found = lines(update({"q": [{"x": 1}]}, {"q": [{"x": 1}, {"x": 2}]}))
    assert found == ['! q: [{"x": 1}] -> [{"x": 1}, {"x": 2}]']


def test_attribute_that_is_no_text_identifies_no_block() -> None:
    before, after = {"q": [{"type": ["x"], "a": 1}, {"type": None}]}, {"q": [{"type": ["x"], "a": 2}, {"type": None}]}
    assert lines(update(before, after)) == ["! q[0].a: 1 -> 2"]


def test_sensitive_value_identifies_no_block() -> None:
    before = {"q": [{"id": SECRET, "x": 1}, {"id": "b", "x": 2}]}
    after = {"q": [{"id": "b", "x": 3}, {"id": SECRET, "x": 1}]}
    marks = {"before_sensitive": {"q": [{"id": True}, {}]}, "after_sensitive": {"q": [{}, {"id": True}]}}
    assert SECRET not in "\n".join(lines(update(before, after, **marks)))


def test_replacement_by_an_attribute_of_a_block() -> None:
    before, after = {"a": [{"b": 1, "c": 1}]}, {"a": [{"b": 2, "c": 2}]}
    found = Change(actions=("delete", "create"), before=before, after=after, replace_paths=(("a", 0, "b"),))
    assert lines(found) == ["! a.b: 1 -> 2  # forces the replacement", "! a.c: 1 -> 2"]


def test_json_that_aws_completes_is_no_difference() -> None:
    before = json.dumps([{"name": "api", "cpu": 1.0, "mountPoints": [], "x": None}])
    after = json.dumps([{"name": "api", "cpu": 1, "port": 80}])
    assert lines(update({"doc": before}, {"doc": after})) == [
        "! doc:", '     "cpu": 1,', '-    "name": "api"', '+    "name": "api",', '+    "port": 80', "   }",
    ]  # fmt: skip


def test_null_and_empty_are_equal() -> None:
    assert lines(update({"a": None, "b": [], "c": ""}, {"a": "", "b": None, "c": {}})) == []


def test_policy_is_a_diff_of_its_json() -> None:
    policies = [json.dumps({"Statement": [{"Action": action, "Effect": "Allow"}]}) for action in ("s3:Get*", "s3:*")]
    assert lines(update({"policy": policies[0]}, {"policy": policies[1]})) == [
        "! policy:",
        "     {",
        '-      "Action": "s3:Get*",',
        '+      "Action": "s3:*",',
        '       "Effect": "Allow"',
    ]


def test_policy_with_other_white_space_is_the_same() -> None:
    assert lines(update({"policy": '{"a":1}'}, {"policy": '{ "a": 1 }'})) == [
        "! policy: the same value in another form"
    ]


def test_long_values_are_truncated() -> None:
    many = "\n".join(f"line {number}" for number in range(MOST_LINES * 2))
    long = lines(update({"a": "x", "b": "y"}, {"a": many, "b": "z" * LONGEST_VALUE * 2}))
    assert "  ... and 31 more lines, in the plan" in long
    assert max(map(len, long)) < LONGEST_VALUE + 30


def test_value_known_after_apply() -> None:
    found = update({"a": "x", "b": [{"c": 1}]}, {"b": [{}]}, after_unknown={"a": True, "b": [{"c": True}]})
    assert lines(found) == ['! a: "x" -> (known after the apply)', "! b.c: 1 -> (known after the apply)"]


def test_replacement_names_its_cause_first_and_no_computed_values() -> None:
    found = Change(
        actions=("delete", "create"),
        before={"arn": "arn:old", "engine": "mysql", "tags": {"a": "b"}, "vpc": "vpc-1"},
        after={"engine": "postgres", "tags": {"a": "c"}},
        after_unknown={"arn": True, "vpc": True},
        replace_paths=(("engine",), ("vpc",)),
    )
    assert lines(found) == [
        '! engine: "mysql" -> "postgres"  # forces the replacement',
        '! vpc: "vpc-1" -> (known after the apply)  # forces the replacement',
        '! tags.a: "b" -> "c"',
    ]


def test_tags_all_repeats_no_tags() -> None:
    before, after = {"a": "1"}, {"a": "2"}
    assert lines(update({"tags": before, "tags_all": before}, {"tags": after, "tags_all": after})) == [
        '! tags.a: "1" -> "2"'
    ]
    assert lines(update({"tags": {}, "tags_all": before}, {"tags": {}, "tags_all": after})) == [
        '! tags_all.a: "1" -> "2"'
    ]


#: A value that contains the secret at some depth, and the marks of the value.
DEPTHS = (
    (lambda secret: secret, True),
    (lambda secret: {"a": secret, "b": 1}, {"a": True}),
    (lambda secret: [{"a": [{"b": secret}]}, {"a": []}], [{"a": [{"b": True}]}, {"a": []}]),
    (lambda secret: [secret, "x"], [True, False]),
    (lambda secret: {"a": {"b": {"c": [secret]}}}, {"a": {"b": {"c": [True]}}}),
    (lambda secret: {"a": {"b": {"c": [secret]}}}, {"a": True}),
    (lambda secret: json.dumps({"x": secret, "y": [secret]}), True),
)


@pytest.mark.parametrize(("make", "marks"), DEPTHS)
@pytest.mark.parametrize("marked", ["before", "after", "both"])
def test_sensitive_values_are_hidden_at_every_depth(make: Any, marks: Any, marked: str) -> None:
    """Terraform marks a value in only one of the two trees if a variable or an attribute becomes sensitive."""
    both = {"before_sensitive": {"value": marks}, "after_sensitive": {"value": marks}}
    own = {name: tree for name, tree in both.items() if marked == "both" or name.startswith(marked)}
    shown = "\n".join(lines(update({"value": make(SECRET)}, {"value": make(NEW_SECRET)}, **own)))
    assert "(sensitive, changed)" in shown
    assert SECRET not in shown and NEW_SECRET not in shown


def test_sensitive_value_beside_a_list_that_grows_is_hidden() -> None:
    before = {"user": [{"name": "a", "pass": SECRET}]}
    after = {"user": [{"name": "b", "pass": NEW_SECRET}, {"name": "a", "pass": SECRET}]}
    marks = {"before_sensitive": {"user": [{"pass": True}]}, "after_sensitive": {"user": [{"pass": True}] * 2}}
    shown = "\n".join(lines(update(before, after, **marks)))
    assert '"name": "b"' in shown
    assert SECRET not in shown and NEW_SECRET not in shown


def test_unknown_sensitive_value_is_hidden() -> None:
    found = update({"a": SECRET}, {}, before_sensitive={"a": True}, after_unknown={"a": True})
    assert lines(found) == ["! a: (sensitive) -> (known after the apply)"]


def test_new_sensitive_value_is_hidden() -> None:
    found = update({"a": None}, {"a": SECRET}, after_sensitive={"a": True})
    assert lines(found) == ["! a: none -> (sensitive)"]


@pytest.mark.parametrize("key", ["password", "db_password_wo", "auth_token", "client_secret", "API_KEY", "private_key"])
def test_secret_by_its_name_is_hidden_without_a_mark(key: str) -> None:
    for make in (lambda value: {key: value}, lambda value: {"doc": json.dumps({"x": [{key: value}]})}):
        shown = "\n".join(lines(update(make(SECRET), make(NEW_SECRET))))
        assert "(sensitive" in shown
        assert SECRET not in shown and NEW_SECRET not in shown


@pytest.mark.parametrize("value", ["AKIAABCDEFGHIJKLMNOP", "mysql://root:hunter2@db/x", "glpat-aaaaaaaaaaaaaaaaaaaa"])
def test_secret_by_its_format_is_hidden_without_a_mark(value: str) -> None:
    before, after = {"a": [{"value": f"x {value}"}]}, {"a": [{"value": f"y {value}"}]}
    shown = lines(update(before, after))
    assert shown == ["! a.value: (hidden: it looks like a secret) -> (hidden: it looks like a secret, changed)"]


def test_name_of_a_secret_is_not_hidden() -> None:
    assert lines(update({"secret_id": "a", "http_tokens": "x"}, {"secret_id": "b", "http_tokens": "required"})) == [
        '! secret_id: "a" -> "b"',
        '! http_tokens: "x" -> "required"',
    ]
