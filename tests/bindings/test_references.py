"""References that Python writes are those that CDKTF would write."""

import json
import re
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path

from modules.bindings.layout import PACKAGE
from modules.bindings.references import is_attribute, terraform_type, unique_id
from tests.bindings.synthesis import synthesize

APP = [sys.executable, str(Path(__file__).with_name("reference_app.py"))]

_CLASS = re.compile(r"^class (\w+) extends cdktf\.(TerraformResource|TerraformDataSource) \{$(.*?)^\}$", re.M | re.S)
_GETTER = re.compile(r"^    get (\w+)\(\) \{\n        return this\.getStringAttribute\('(\w+)'\);\n    \}", re.M)
_PROPERTY = re.compile(
    r'    @jsii\.member\(jsii_name="(\w+)"\)\n    def (\w+)\(\s*self,?\s*\) -> builtins\.str:\n'
    r"        return typing\.cast\(builtins\.str, jsii\.get\("
)


def test_attributes_read_in_any_way_are_synthesized_as_with_stock_bindings(tmp_path: Path) -> None:
    messages, files = {}, {}
    for stock in (False, True):
        counted = tmp_path / f"{stock}.json"
        files[stock] = synthesize(APP, tmp_path / str(stock), stock=stock, environment={"MESSAGES": str(counted)})
        messages[stock] = json.loads(counted.read_text())

    assert files[False] == files[True]
    assert "stacks/one/cdk.tf.json" in files[False]
    # Half of the attributes in this app are read where only CDKTF knows the result.
    assert messages[True].pop("get") == 81
    assert messages[False].pop("get") == 35
    assert messages[False] == messages[True]


def test_every_name_that_is_trusted_is_that_of_the_provider() -> None:
    spec = find_spec(PACKAGE)
    assert spec and spec.origin
    package = Path(spec.origin).parent
    (archive,) = (package / "_jsii").glob("*.tgz")
    submodules = {path.parent.name.replace("_", ""): path for path in package.glob("*/__init__.py")}
    trusted, unknown_types = 0, 0

    with tarfile.open(archive) as files:
        for file in files:
            found = re.fullmatch(r"package/lib/([a-z0-9-]+)/index\.js", file.name)
            content = files.extractfile(file) if found else None
            declared = _CLASS.search(content.read().decode()) if content else None
            if not found or not declared:
                continue
            path = submodules[found[1].replace("-", "")]
            name = terraform_type(path.parent.name)
            if name is None:
                unknown_types += 1
                continue
            assert name == _real_type(declared)
            getters = dict(_GETTER.findall(declared[3]))
            for jsii_name, python_name in _properties(path.read_text(encoding="utf-8"), declared[1]):
                if is_attribute(python_name):
                    assert getters[jsii_name] == python_name
                    trusted += 1

    assert trusted > 12_900
    assert unknown_types == 42


def _real_type(declared: re.Match[str]) -> str:
    found = re.search(r"terraformResourceType: '(\w+)'", declared[3])
    assert found
    return f"data.{found[1]}" if declared[2] == "TerraformDataSource" else found[1]


def _properties(source: str, name: str) -> list[tuple[str, str]]:
    """Return the names of a class's string properties in jsii and in Python."""
    _, _, rest = source.partition(f"\nclass {name}(")
    return _PROPERTY.findall(re.split(r"\n(?:class |@jsii)", rest)[0])


def test_logical_id_of_a_deep_or_long_path_has_a_hash() -> None:
    assert unique_id(("vpc",)) == unique_id(("Default", "vpc", "Default")) == "vpc"
    assert unique_id(("a b", "b", "Resource")).startswith("ab_")
    assert len(unique_id(("part", "x" * 300))) == 249
