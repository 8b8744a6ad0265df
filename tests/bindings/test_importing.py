"""The Python part of the lazy bindings. Each test checks what its own process has imported."""

import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from modules.bindings.layout import ASSEMBLY, VERSION, VERSIONS, jsii_name, recognize
from tests.bindings.synthesis import run

PACKAGE = "cdktf_cdktf_provider_aws"

LOADED_SUBMODULES = f"""
import sys, modules, {PACKAGE} as package
loaded = [name for name in ("vpc", "s3_bucket") if f"{PACKAGE}.{{name}}" in sys.modules]
print("loaded", *loaded)
print("served", package.vpc.NAME, package.s3_bucket.NAME, "vpc" in dir(package), hasattr(package, "no_such"))
"""


def run_python(code: str, **environment: str) -> list[str]:
    return run([sys.executable, "-c", code], **environment).splitlines()


def make_package(folder: Path, *, version: str = VERSION, tail: str = "", reference_map: str = "{}") -> Path:
    """Create bindings of a supported form with two submodules, and a jsii runtime with or without a map of types."""
    package, runtime = folder / PACKAGE, folder / "jsii"
    contents = {
        runtime / "__init__.py": "class JSIIAssembly:\n    load = staticmethod(print)\n",
        runtime / "_reference_map.py": f"_submodule_fqn_map = {reference_map}\n",
        package / "_jsii" / "__init__.py": (
            f'from jsii import JSIIAssembly\nprint(JSIIAssembly.load(\n    "{ASSEMBLY}", "{version}",\n))\n'
        ),
        package / "vpc" / "__init__.py": "NAME = 'vpc'\n",
        package / "s3_bucket" / "__init__.py": "NAME = 's3_bucket'\n",
        package / "__init__.py": (
            "import publication\n\n__all__ = [\n    'vpc',\n    's3_bucket',\n]\n\n"
            "publication.publish()\n\n# Loading modules\nfrom . import vpc\nfrom . import s3_bucket\n" + tail
        ),
    }
    for file, text in contents.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return package


@pytest.mark.parametrize("version", VERSIONS)
def test_package_of_a_supported_form_is_loaded_on_demand(tmp_path: Path, version: str) -> None:
    make_package(tmp_path, version=version)

    assert run_python(LOADED_SUBMODULES, PYTHONPATH=str(tmp_path)) == [
        "loaded",
        "served vpc s3_bucket True False",
    ]


@pytest.mark.parametrize(
    "unknown",
    [
        {"version": "21.0.0"},
        {"tail": "from .vpc import NAME\n"},
        {"tail": "import os\n"},
        {"reference_map": "None"},
    ],
    ids=["other release", "other import", "other statement", "other jsii"],
)
def test_any_other_package_is_loaded_unchanged(tmp_path: Path, unknown: dict[str, str]) -> None:
    make_package(tmp_path, **unknown)

    assert run_python(LOADED_SUBMODULES, PYTHONPATH=str(tmp_path)) == [
        "loaded vpc s3_bucket",
        "served vpc s3_bucket True False",
    ]


def test_submodule_without_a_folder_is_not_found(tmp_path: Path) -> None:
    package = make_package(tmp_path, tail="from . import elsewhere\n")

    assert recognize(package) is None
    assert recognize(tmp_path / "nowhere") is None


def test_stock_switch_leaves_the_bindings_unchanged(tmp_path: Path) -> None:
    make_package(tmp_path)

    first, _ = run_python(LOADED_SUBMODULES, PYTHONPATH=str(tmp_path), GROUNDWORK_STOCK_BINDINGS="1")

    assert first == "loaded vpc s3_bucket"


def test_every_type_name_resolves_to_its_module() -> None:
    spec = find_spec(PACKAGE)
    assert spec and spec.origin
    package = Path(spec.origin).parent
    layout = recognize(package)

    assert layout
    assert len(layout.submodules) == 2_135
    for submodule in layout.submodules:
        source = (package / submodule / "__init__.py").read_text(encoding="utf-8")
        of_type = re.search(r'jsii_type="(.+)\.\w+"', source)
        assert of_type and of_type[1] == jsii_name(submodule)


def test_type_that_was_never_imported_is_returned_with_its_class() -> None:
    code = """
import sys, modules
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.vpc import Vpc
import jsii
from jsii._kernel.types import CreateRequest

stack = TerraformStack(App(), "stack")
# Only the kernel has this object, as if a JavaScript library had created it.
jsii.kernel.provider.create(
    CreateRequest(fqn="@cdktf/provider-aws.sqsQueue.SqsQueue", args=[stack, "queue", {"name": "jobs"}])
)
print("cdktf_cdktf_provider_aws.sqs_queue" in sys.modules)
queue = stack.node.find_child("queue")
print(type(queue).__module__, type(queue).__name__, queue.name_input)
"""

    assert run_python(code) == ["False", "cdktf_cdktf_provider_aws.sqs_queue SqsQueue jobs"]


def test_importing_modules_imports_neither_jsii_nor_cdktf() -> None:
    code = """
import sys, modules, modules.bindings
print(sorted(name for name in sys.modules if name.split(".")[0] in {"jsii", "cdktf", "constructs"}))
"""

    assert run_python(code) == ["[]"]


def test_import_hook_is_added_once() -> None:
    code = """
import sys
before = len(sys.meta_path)
from modules.bindings import install
install()
print(len(sys.meta_path) - before)
"""

    assert run_python(code) == ["1"]


def test_cdktf_imported_first_is_reported() -> None:
    code = """
import warnings, sys, types
sys.modules["constructs"] = types.ModuleType("constructs")
with warnings.catch_warnings(record=True) as caught:
    import modules
    modules.install()
print(*(str(warning.message) for warning in caught))
"""

    (message,) = run_python(code)
    assert message.startswith("cdktf was imported before modules") and message.endswith("import modules first.")
