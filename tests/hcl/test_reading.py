"""HCL values read into a pydantic model: shapes, lines, and suggested keys."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import Field

from modules.foundation.problems import SettingsError
from modules.foundation.settings import Label, Settings
from modules.hcl.reading import Document, check, read


class Window(Settings):
    width: int
    colour: str = "white"


class Room(Settings):
    renamed: ClassVar[Mapping[str, str]] = {"area": "size", "lamp": 'lamps = { north = "..." }'}

    size: int = Field(examples=[12], description="Square metres.")
    window: tuple[Window, ...] = ()


class House(Settings):
    name: str = Field(json_schema_extra={"inherited": True}, default="x")
    street: str
    roof: Window | None = None
    room: dict[Label, Room] = Field(default_factory=dict)
    tags: dict[str, str] = Field(default_factory=dict)


def house(folder: Path, text: str) -> tuple[House, Document]:
    path = folder / "x.hcl"
    path.write_text(text)
    document = read(path, House)
    return check(document, House, document.values), document


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        house(folder, text)
    return [str(problem).replace(f"{folder.as_posix()}/", "") for problem in caught.value.problems]


TEXT = """\
street = "Elm"
tags   = { a = "b" }
room "kitchen" {
  size = 9
  window { width = 80 }
  window {
    width = 90
  }
}
roof { width = 400 }
"""


def test_values_of_every_shape_are_read(tmp_path: Path) -> None:
    built, document = house(tmp_path, TEXT)
    expected: dict[str, Any] = {"width": 400, "colour": "white"}
    assert built.roof is not None
    assert built.roof.model_dump() == expected
    assert [window.width for window in built.room["kitchen"].window] == [80, 90]
    assert built.tags == {"a": "b"}
    assert document.line(("room", "kitchen", "size")) == 4
    assert document.line(("room", "kitchen", "window", 1, "width")) == 7
    assert document.line(("roof", "colour")) == 10  # not written: its block's line


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('stret = "x"', "x.hcl:2: stret is not a known key; did you mean street?"),
        ('zzz = "x"', "x.hcl:2: zzz is not a known key; write one of roof, room, street, tags"),
        ('rom "a" {\n}', "x.hcl:2: rom is not a known block; did you mean room?"),
        ("room {\n}", 'x.hcl:2: room needs one label after its type; write `room "main" {`'),
        ('room "a" "b" {\n}', 'x.hcl:2: room.a.b needs one label after its type; write `room "main" {`'),
        ('roof "a" {\n}', "x.hcl:2: roof.a has no label: an environment has only one; write `roof {`"),
        ("roof = 1", "x.hcl:2: roof is a block, not a value; write `roof { width = ... }` without '='"),
        ("street {\n}", "x.hcl:2: street is a value, not a block; write `street = ...`"),
        (
            'street = "y"',
            "x.hcl:2: street is in the file twice, first in line 1; keep one of them, or give them different labels",
        ),
        ("roof { width = 1 }\nroof { width = 2 }", "x.hcl:3: roof is in the file twice, first in line 2; keep one"),
        ('room "a" { size = 1 }\nroom "a" { size = 2 }', "x.hcl:3: room.a is in the file twice, first in line 2"),
        ('name = "x"', "x.hcl:2: name is not a known key"),
        ("t\u0430gs = {}", "x.hcl:2: t\u0430gs is not a known key: it contains U+0430 CYRILLIC SMALL LETTER A"),
        ("tags {\n}", "x.hcl:2: tags is a value, not a block; write `tags = ...`"),
        ('variable "a" {\n}', "x.hcl:2: variable is not a known block: an environment file is data, not Terraform"),
        ('street_name = "x"', "x.hcl:2: street_name is not a known key; did you mean street?"),
        ('room "a" {\n}', "x.hcl:2: room.a.size is missing; write `size = 12`"),
        (
            'room "a" { size = "big" }',
            'x.hcl:2: room.a.size "big" is a string, but a number is required; write a number, such as 12',
        ),
        ('room "A B" { size = 1 }', "x.hcl:2: room.A B"),
    ],
)
def test_value_that_does_not_fit_the_model_is_a_problem(tmp_path: Path, written: str, message: str) -> None:
    (found,) = refused(tmp_path, f'street = "Elm"\n{written}\n')
    assert found.startswith(message)


def test_several_problems_are_reported_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = refused(tmp_path, 'room "a" {\n  size = true\n  window {\n    width = []\n  }\n}\n')
    assert [each.split(": ")[1].split(" ")[0] for each in found] == [
        "street",
        "room.a.size",
        "room.a.window.0.width",
    ]


def test_former_key_names_the_new_one_and_the_line(tmp_path: Path) -> None:
    assert refused(tmp_path, 'street = "Elm"\nroom "hall" {\n  area = 3\n}') == [
        "x.hcl:3: room.hall.area is now size; rename it"
    ]


def test_former_block_that_is_now_a_key_shows_the_new_form(tmp_path: Path) -> None:
    text = 'street = "Elm"\nroom "hall" {\n  size = 3\n  lamp "north" {\n    watts = 2\n  }\n}'
    assert refused(tmp_path, text) == [
        'x.hcl:4: room.hall.lamp is now `lamps = { north = "..." }`; write it in this form'
    ]
