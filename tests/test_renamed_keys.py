"""Former keys of environment files: the problem names the new key, with file and line."""

import re
from pathlib import Path

import pytest

from modules.foundation.settings import Settings
from modules.hcl.reading import written
from tests.ops.test_reference import models
from tests.support.environments import DEV, problems_of

RENAMED = [
    pytest.param(model, old, new, id=f"{model.__name__}-{old}")
    for model in dict.fromkeys(models())
    if issubclass(model, Settings)
    for old, new in model.renamed.items()
]


@pytest.mark.parametrize(("model", "old", "new"), RENAMED)
def test_former_key_no_longer_exists_and_the_new_one_does(model: type[Settings], old: str, new: str) -> None:
    keys = written(model)
    assert old not in keys
    assert re.split(r" ", new)[0] in keys


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (
            'function "thumbnail" {\n  memory = 1024\n}\n',
            "dev.hcl:11: function.thumbnail.memory is now memory_size; rename it",
        ),
        (
            'function "thumbnail" {\n  bucket "content" {\n    read = ["uploads/"]\n  }\n}\n',
            'dev.hcl:11: function.thumbnail.bucket is now `buckets = { content = ["read uploads/", '
            '"write thumbnails/"] }`; write it in this form',
        ),
        (
            'eks "blue" {\n  managed "general" {\n    volume_size_gib = 30\n  }\n}\n',
            "dev.hcl:12: eks.blue.managed.general.volume_size_gib is now volume_size; rename it",
        ),
        (
            'zone "public" {\n  name = "agora.example"\n  record "x" {\n    values = ["192.0.2.1"]\n  }\n}\n',
            "dev.hcl:13: zone.public.record.x.values is now records; rename it",
        ),
    ],
)
def test_former_key_is_a_problem_that_names_the_new_key(tmp_path: Path, block: str, message: str) -> None:
    assert message in [
        str(each).replace(f"{tmp_path.as_posix()}/", "") for each in problems_of(tmp_path, {"dev": DEV + block})
    ]
