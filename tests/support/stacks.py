"""Stacks that a test builds from constructs or from the text of an environment file."""

from collections.abc import Callable
from pathlib import Path

import modules  # noqa: F401 - the bindings are lazy from here on

# isort: split

from cdktf import App, TerraformStack

from modules.environment_files import load
from modules.events.function.packaging import Packages
from modules.foundation.foundation import Foundation
from modules.foundation.names import Names
from modules.foundation.providers import Providers
from modules.foundation.settings import Tier
from modules.stack import EnvironmentStack
from ops.workspace import PROJECT
from tests.support.environments import write
from tests.support.template import Template

ACCOUNT = "333333333333"
REGION = "ap-northeast-2"


def built(folder: Path, build: Callable[[TerraformStack, Foundation], None], tier: Tier = "production") -> Template:
    """Return the synthesized stack of the constructs that `build` creates."""
    app = App(outdir=str(folder))
    stack = TerraformStack(app, "built")
    names = Names("agora", "prod", ACCOUNT, REGION)
    providers = Providers(stack, names=names, tags={})
    build(stack, Foundation(stack, "foundation", names=names, tier=tier, providers=providers))
    app.synth()
    return Template(folder / "stacks" / "built")


def stack_of(folder: Path, text: str) -> Template:
    """Return the synthesized stack of an environment file's text."""
    app = App(outdir=str(folder / "synthesized"))
    packages = Packages(PROJECT / "lambdas", folder)
    EnvironmentStack(app, load(write(folder, {"env": text}))["env"].settings, packages)
    app.synth()
    return Template(folder / "synthesized" / "stacks" / "env")
