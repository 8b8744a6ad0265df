"""HCL as data, with its lines."""

from pathlib import Path

import pytest

from modules.foundation.refusals import SettingsError
from modules.hcl.parsing import Body, parse


def parsed(folder: Path, text: str) -> Body:
    path = folder / "x.hcl"
    path.write_text(text)
    return parse(path)


def refused(folder: Path, content: str | bytes) -> str:
    path = folder / "x.hcl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingsError) as caught:
        parse(path)
    return str(caught.value).replace(f"{folder.as_posix()}/", "")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"text"', "text"),
        ('"a \\"quote\\", a tab\\t and \\u00e9"', 'a "quote", a tab\t and é'),
        ('""', ""),
        ("42", 42),
        ("-3", -3),
        ("1.5", 1.5),
        ("true", True),
        ("null", None),
        ('["a", 1, [true]]', ("a", 1, (True,))),
        ("[]", ()),
        ('{ owner = "me", "cost center" = 7 }', {"owner": "me", "cost center": 7}),
    ],
)
def test_values(tmp_path: Path, written: str, value: object) -> None:
    attribute = parsed(tmp_path, f"x = {written}\n").attributes[0]
    assert attribute.value == value
    assert type(attribute.value) is type(value)


def test_lines_of_attributes_and_blocks(tmp_path: Path) -> None:
    body = parsed(tmp_path, '# a comment\n\na = 1\nb "main" {\n  c = [\n    1,\n  ]\n  d = 2\n}\n')
    assert body.attributes[0].line == 3
    assert (body.blocks[0].type, body.blocks[0].labels, body.blocks[0].line) == ("b", ("main",), 4)
    assert [attribute.line for attribute in body.blocks[0].body.attributes] == [5, 8]


def test_windows_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "x.hcl"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")
    assert [(each.name, each.value, each.line) for each in parse(path).attributes] == [("a", 1, 1), ("b", 2, 2)]


@pytest.mark.parametrize(
    "written",
    [
        '"${var.region}"',
        '"a-${1 + 1}-b"',
        '"%{ if true }x%{ endif }"',
        '"$${kept}"',
        "var.region",
        "region",
        "1 + 1",
        "upper(1)",
        "true ? 1 : 2",
        '[for x in ["a"] : x]',
        "<<END\ntext\nEND",
        '["a", var.b]',
        '{ a = "${b}" }',
    ],
)
def test_whatever_would_be_live_terraform_is_refused(tmp_path: Path, written: str) -> None:
    message = refused(tmp_path, f"ok = 1\nx = {written}\n")
    assert message.startswith("x.hcl:2: x ")
    assert "an environment file is data" in message


def test_interpolation_in_a_label_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, 'service "${x}" {\n}\n').startswith("x.hcl:1: ")


def test_several_errors_at_once(tmp_path: Path) -> None:
    assert refused(tmp_path, "a = b\nc = d\n").count("an environment file is data") == 2


def test_a_missing_brace_is_found_at_its_opening(tmp_path: Path) -> None:
    text = "product = 1\nnetwork {\n  cidr = 1\n\nother {\n  x = 1\n}\n"
    assert refused(tmp_path, text) == "x.hcl:2: '{' is never closed; write the missing '}'"


def test_a_missing_brace_at_the_end(tmp_path: Path) -> None:
    assert refused(tmp_path, "network {\n  cidr = 1\n") == "x.hcl:1: '{' is never closed; write the missing '}'"


def test_a_missing_bracket(tmp_path: Path) -> None:
    assert refused(tmp_path, "a = 1\nzones = [\n  1,\n").startswith("x.hcl:2: '[' is never closed")


def test_a_missing_quote(tmp_path: Path) -> None:
    assert refused(tmp_path, 'a = 1\nb = "text\n').startswith("x.hcl:2: ")


def test_a_brace_too_many(tmp_path: Path) -> None:
    assert refused(tmp_path, "a = 1\n}\n").startswith("x.hcl:2: '}' is not expected here")


def test_a_value_that_is_missing(tmp_path: Path) -> None:
    assert refused(tmp_path, "n {\n  a =\n}\n").startswith("x.hcl:2: ")


def test_not_hcl_at_all(tmp_path: Path) -> None:
    assert refused(tmp_path, "product: agora\n").startswith("x.hcl:1: ':' is not expected here")


def test_an_empty_file(tmp_path: Path) -> None:
    assert refused(tmp_path, " \n\n") == (
        "x.hcl:1: the file is empty; write an environment into it, or remove it; see envs/dev.hcl"
    )


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    assert refused(tmp_path, b'a = 1\nb = "\xff"\n') == "x.hcl:2: byte 0xff is not UTF-8; save the file in UTF-8"
