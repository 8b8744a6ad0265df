"""HCL number and string literals: the value of a token, or what is wrong with it."""

import math
import re

from modules.hcl.tokens import Token
from modules.hcl.values import WrittenFloat

#: The most characters of a number: a 64-bit integer has 20.
_NUMBER_LIMIT = 40
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
#: [HCL Native Syntax Specification, Template Expressions]
#: (https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#template-expressions).
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
DATA_ONLY = "is an expression; an environment file is data, and Terraform would evaluate this"
#: What people write for true and false, from YAML and Python.
_TRUE_FALSE = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
#: Syntax of other languages: its form, the rule, and the remedy, in which {0} is the form's first group.
_FOREIGN_SYNTAX = (
    (re.compile(r"(yes|on|true|no|off|false)", re.IGNORECASE), "is not an HCL value", "write {1}"),
    (re.compile(r"['`]([^'`]*)['`]"), "is not in double quotes", 'write double quotes: "{0}"'),
    (re.compile(r"(.*);"), "ends in a semicolon, which HCL does not use", "write {0}"),
    (re.compile(r"\+([0-9.]+)"), "is not a number: numbers have no plus sign", "write {0}"),
    (re.compile(r"(\.[0-9]+)"), "is not a number: numbers begin with a digit", "write 0{0}"),
)
#: A string without quotes, and the beginning of a reference to a Terraform object.
_BARE_STRING = re.compile(r"[^\W\d][\w.:/@*-]*")
_REFERENCE = re.compile(r"(var|local|data|module|each|self|path|count|terraform|aws_\w+)\.")


class WrongValueError(Exception):
    """An invalid value; the parser can continue after its attribute."""

    def __init__(self, line: int, shown: str, rule: str, remedy: str) -> None:
        self.line, self.shown, self.rule, self.remedy = line, shown, rule, remedy


def number(token: Token) -> int | float:
    """Return the number in a token."""
    is_whole = token.text.lstrip("-").isdigit()
    found = math.nan
    if len(token.text) <= _NUMBER_LIMIT:
        found = int(token.text) if is_whole else _float(token.text)
    if not math.isfinite(found):
        raise WrongValueError(token.line, token.text[:60], "is too large a number", "write a smaller one")
    return found


def _float(text: str) -> float:
    number = WrittenFloat(text)
    number.written = text
    return float(text) if str(float(text)) == text else number


def no_number(token: Token) -> WrongValueError:
    """Return the error for a token that begins like a number but is not one, with what was probably meant."""
    text = token.text
    remedy = f'write a string in quotes: "{text}"'
    if re.fullmatch(r"-?0[0-9]+", text):
        rule = "is not a number: numbers have no leading zeros"
        return WrongValueError(token.line, text, rule, f'write {int(text)}, or a string in quotes: "{text}"')
    meant = text.removesuffix("%").replace("_", "")
    if re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", meant):
        remedy = f"write {meant}"
    elif re.fullmatch(r"0[xX][0-9a-fA-F]{1,16}", text):
        remedy = f"write {int(text, 16)}"
    rule = "is not a number: a number has only digits, a decimal point, and a minus sign"
    return WrongValueError(token.line, text[:60], rule, remedy)


def _unescaped(token: Token, escape: str) -> str:
    if escape in _ESCAPES:
        return _ESCAPES[escape]
    code = int(escape[1:], 16) if len(escape) > 1 else 0
    if 0 < code < 0xD800 or 0xDFFF < code <= 0x10FFFF:
        return chr(code)
    rule = f"contains \\{escape}, which is not an HCL escape sequence"
    raise WrongValueError(token.line, token.text[:60], rule, f"write \\\\{escape} for a backslash")


def unquoted(token: Token) -> str:
    """Return the string between the quotes."""
    inner = token.text[1:-1]
    for opening in ("${", "%{"):
        if opening in inner:
            ends = "" if "}" in inner.partition(opening)[2] else f"; the {opening} is never closed"
            raise WrongValueError(token.line, token.text[:60], DATA_ONLY + ends, "write the value itself")
    return _ESCAPE.sub(lambda escape: _unescaped(token, escape[1]), inner) if "\\" in inner else inner


def no_value(line: int, shown: str) -> WrongValueError:
    """Return the error for text that is not a value: a string without quotes, foreign syntax, or an expression."""
    for form, rule, remedy in _FOREIGN_SYNTAX:
        if found := form.fullmatch(shown):
            return WrongValueError(line, shown, rule, remedy.format(found[1], _TRUE_FALSE.get(found[1].lower(), "")))
    if not _REFERENCE.match(shown) and _BARE_STRING.fullmatch(shown):
        return WrongValueError(line, shown, "is a string without quotes", f'write it in quotes: "{shown}"')
    return WrongValueError(line, shown, DATA_ONLY, "write the value itself")
