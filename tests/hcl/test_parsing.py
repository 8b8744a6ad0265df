"""The parser of HCL as data, with line numbers."""

import re
from pathlib import Path

import pytest

from modules.environment import Environment
from modules.foundation.problems import SettingsError
from modules.hcl.parsing import Body, parse
from modules.hcl.reading import read


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
        "1 + 1",
        "upper(1)",
        "true ? 1 : 2",
        '[for x in ["a"] : x]',
        "<<END\ntext\nEND",
        '["a", var.b]',
        '{ a = "${b}" }',
    ],
)
def test_terraform_expression_is_an_error(tmp_path: Path, written: str) -> None:
    message = refused(tmp_path, f"ok = 1\nx = {written}\n")
    assert message.startswith(("x.hcl:2: x ", "x.hcl:2: x.a "))
    assert "an environment file is data" in message


def test_interpolation_in_a_label_is_an_error(tmp_path: Path) -> None:
    assert refused(tmp_path, 'service "${x}" {\n}\n').startswith("x.hcl:1: ")


def test_several_errors_are_reported_together(tmp_path: Path) -> None:
    assert refused(tmp_path, "a = b\nc = 05\nd = var.e\n").count("x.hcl:") == 3


def test_missing_brace_is_reported_at_its_opening_brace(tmp_path: Path) -> None:
    text = "product = 1\nnetwork {\n  cidr = 1\n\nother {\n  x = 1\n}\n"
    assert refused(tmp_path, text) == "x.hcl:2: '{' is never closed; write the missing '}'"


def test_missing_brace_at_the_end_is_an_error(tmp_path: Path) -> None:
    assert refused(tmp_path, "network {\n  cidr = 1\n") == "x.hcl:1: '{' is never closed; write the missing '}'"


def test_missing_bracket_is_an_error(tmp_path: Path) -> None:
    assert refused(tmp_path, "a = 1\nzones = [\n  1,\n").startswith("x.hcl:2: '[' is never closed")


def test_missing_quote_is_an_error(tmp_path: Path) -> None:
    assert refused(tmp_path, 'a = 1\nb = "text\n').startswith("x.hcl:2: ")


def test_extra_brace_is_an_error(tmp_path: Path) -> None:
    assert refused(tmp_path, "a = 1\n}\n").startswith("x.hcl:2: '}' has no matching opening brace")


def test_missing_value_is_an_error(tmp_path: Path) -> None:
    assert refused(tmp_path, "n {\n  a =\n}\n").startswith("x.hcl:2: ")


def test_text_that_is_not_hcl_is_an_error(tmp_path: Path) -> None:
    assert refused(tmp_path, "product: agora\n").startswith("x.hcl:1: ':' is not expected here")


def test_an_empty_file(tmp_path: Path) -> None:
    assert refused(tmp_path, " \n\n") == (
        "x.hcl:1: the file is empty; write an environment into it, or remove it; envs/dev.hcl is an example"
    )


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    assert refused(tmp_path, b'a = 1\nb = "\xff"\n') == "x.hcl:2: byte 0xff is not UTF-8; save the file in UTF-8"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a = text", '1: a text is a string without quotes; write it in quotes: "text"'),
        ("a = db.t4g.medium", '1: a db.t4g.medium is a string without quotes; write it in quotes: "db.t4g.medium"'),
        ("a = 10.0.0.0/16", "1: a 10.0.0.0/16 is not a number"),
        ("a = True", "1: a True is not an HCL value; write true"),
        ("a = yes", "1: a yes is not an HCL value; write true"),
        ("a = 05", '1: a 05 is not a number: numbers have no leading zeros; write 5, or a string in quotes: "05"'),
        (
            "a = 1_000",
            "1: a 1_000 is not a number: a number has only digits, a decimal point, and a minus sign; write 1000",
        ),
        ("a = 0x64", "write 100"),
        ("a = 50%", "write 50"),
        (f"a = {'9' * 5000}", "is too large a number"),
        ("a = 1e999", "is too large a number"),
        ("a = # later", "1: a has no value after its '='"),
        ("b {\n  a =\n}", "2: b.a has no value after its '='"),
        ("b { a = }", "1: b.a has no value after its '='"),
        (r'a = "^\d+$"', r'1: a "^\d+$" contains \d, which is not an HCL escape sequence; write \\d'),
        (r'a = "C:\temp\x"', r"contains \x, which is not an HCL escape sequence; write \\x"),
        (r'a = "\ud800"', r"contains \ud800, which is not an HCL escape sequence"),
        (r'a = "\u0000"', r"contains \u0000, which is not an HCL escape sequence"),
        (
            'a = "b\nc"\n',
            r'1: a "b has a quote that is not closed on its line; add or remove a "; write a line break as \n',
        ),
        ('a = ["b" "c"]', '1: a "b" "c" has no comma between two values; write `"b",`'),
        ('a = [\n  "b"\n  "c",\n]', '2: a "b" "c" has no comma between two values'),
        ("a = { b = 1 c = 2 }", "1: a.b 1 c has no comma between two entries"),
        ("a = {\n  b 1\n}", "2: a b is not followed by '='; write b = ..."),
        ('a = {\n  b = 1\n  "b" = 2\n}', "3: a.b is in the map twice, first in line 2; the last value would be used"),
        ("a = [{\n  b = { c = 1, c = 2 }\n}]", "2: a.b.c is in the map twice, first in line 2"),
        ("a = 1, b = 2", "1: a 1 , has something after its value"),
        ("a = 60 seconds", "1: a 60 seconds has something after its value"),
        ('a = "b" "c"', '1: a "b" "c" has something after its value'),
        (
            'b {\n  a "text" # why\n  c = 1\n}',
            "2: b.a is not followed by '=', and is not a block; write `a = \"text\"`",
        ),
        ("a 5", "1: a is not followed by '=', and is not a block; write `a = 5`"),
        ('service "api"\n{\n}', '1: service "api" has its \'{\' on another line; write `service "api" {`'),
        ('"a" = 1', '1: "a" is a key in quotes; write a = ...'),
        ("a\u00a0= 1", "1: U+00A0 NO-BREAK SPACE is not an HCL character outside of quotes"),
        ("a = \u201cb\u201d", "1: U+201C LEFT DOUBLE QUOTATION MARK is not an HCL character outside of quotes"),
        ("a = 'b c'", "1: a 'b c' is not in double quotes; write double quotes: \"b c\""),
        ("b 'c' {\n}", "1: ' is not a double quote"),
        ("a = 60;", "1: a 60; ends in a semicolon, which HCL does not use; write 60"),
        ("a = .5", "1: a .5 is not a number: numbers begin with a digit; write 0.5"),
        ("a = +5", "1: a +5 is not a number: numbers have no plus sign; write 5"),
        ('a = ["b", , "c"]', "1: a , is a comma without a value before it; remove it"),
        ('a = {\n  1A = "b"\n}', '2: a 1A is a key that needs quotes; write "1A" = ...'),
        ("a = 1\n<<<<<<< HEAD\nb = 2\n", "2: <<<<<<< HEAD is a Git conflict marker"),
        ("a = 1\n=======\nb = 2\n", "2: ======= is a Git conflict marker"),
        ('a = "b\u202ec"', "1: U+202E RIGHT-TO-LEFT OVERRIDE is an invisible character"),
        ('"', '1: " has a quote that is not closed on its line'),
        ("a = 1 /* b", "1: /* begins a comment that is never closed"),
        ("a = [1,\nb = 2", "1: '[' is never closed"),
        ("a = {\n  b = 1\n\nc {\n}", "1: '{' is never closed"),
        ("b {\n  a = 1 }\n\n  c = 2\n}\n", "2: '}' has no matching opening brace: one remains in line 5"),
        ('a = "${"\nb = 1', "the ${ is never closed"),
        ("[" * 3, "1: '[' is not expected here"),
        (f"a = {'[' * 2000}", "1: '[' is nested too deeply: more than 40 levels"),
        (f"a = {'{ b = ' * 2000}", "1: '{' is nested too deeply: more than 40 levels"),
        ("a {\n" * 2000, "41: '{' is nested too deeply: more than 40 levels"),
        ('a = 1\nb = "\x00"\n', "2: U+0000 control character is an invisible character; remove it"),
    ],
)
def test_error_names_the_line_and_the_problem(tmp_path: Path, written: str, said: str) -> None:
    message = refused(tmp_path, written + "\n")
    assert said in message
    assert message.count("x.hcl:") == 1


def test_file_in_utf_16_is_reported_as_utf_16(tmp_path: Path) -> None:
    assert "is UTF-16; save the file in UTF-8" in refused(tmp_path, "a = 1\n".encode("utf-16"))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    assert "has 262145 bytes; an environment file can have at most 262144" in refused(tmp_path, b"#" * 262145)


def test_a_key_is_read_with_a_colon_and_in_quotes(tmp_path: Path) -> None:
    text = 'a = {\n  b: 1\n  "c d" = 2, "e": 3\n}\n/* f = 1\n */ g { h = -1.5e1 }\nempty {}\n// i\n'
    body = parsed(tmp_path, text)
    assert body.attributes[0].value == {"b": 1, "c d": 2, "e": 3}
    assert [block.type for block in body.blocks] == ["g", "empty"]
    assert (body.blocks[0].body.attributes[0].value, body.blocks[0].line) == (-15.0, 6)


#: Without the line whose string contains quotes and braces.
FILE = re.sub(r".*\\.*\n", "\n", (Path(__file__).parent.parent / "environments" / "corporate.hcl").read_text())
SLIPS = [
    (match.start(), letter * times)
    for letter in '"{[]=,'
    for match in re.finditer(re.escape(letter), FILE)
    for times in (0, 2)
    if "#" not in FILE[FILE.rfind("\n", 0, match.start()) + 1 : match.start()]
]


def test_missing_or_extra_character_is_reported_in_its_line(tmp_path: Path) -> None:
    for place, instead in SLIPS:
        line = FILE.count("\n", 0, place) + 1
        path = tmp_path / "x.hcl"
        path.write_text(FILE[:place] + instead + FILE[place + 1 :])
        try:
            read(path, Environment)
        except SettingsError as error:
            assert [problem.line for problem in error.problems] == [line], (line, instead, error)
        else:
            pytest.fail(f"nothing is said of line {line} with {instead!r} for {FILE[place]!r}")


def test_missing_closing_brace_is_reported_at_an_enclosing_block(tmp_path: Path) -> None:
    for match in re.finditer("}", FILE):
        path = tmp_path / "x.hcl"
        path.write_text(FILE[: match.start()] + FILE[match.end() :])
        with pytest.raises(SettingsError) as caught:
            parse(path)
        (problem,) = caught.value.problems
        assert problem.rule == "is never closed"
        assert problem.line <= FILE.count("\n", 0, match.start()) + 1
