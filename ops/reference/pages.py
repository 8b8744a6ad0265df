"""The reference of environment files, a page per module and one for programs, in `docs/reference/`, and the runbooks.

A test keeps the pages current.
"""

from pathlib import Path

from modules.account.blocks import Account
from modules.environment import Environment, blocks_of_modules, own_blocks
from modules.events.function.keys.shipped import SHIPPED
from modules.foundation.blocks import EnvironmentKeys
from modules.hcl.reading import written
from ops.reference import blocks, programs, runbooks

FOLDER = Path("docs") / "reference"
HEAD = "<!-- Written by `make reference` from the settings of modules/; a test keeps it current. -->\n"


def pages() -> dict[str, str]:
    """Return the text of each page by its file name."""
    modules = blocks_of_modules()
    texts = {
        "environment.md": blocks.page("The environment", Environment.__doc__, written(EnvironmentKeys)),
        **{
            f"{module}.md": blocks.page(f"The {module} module", base.__doc__, own_blocks(base))
            for module, base in modules.items()
        },
        "account.md": blocks.page("The account", Account.__doc__, written(Account)),
        "variables.md": programs.variables(),
        "functions.md": programs.shipped_functions(),
        "s3-endpoint.md": programs.s3_endpoint(),
        "README.md": _contents({module: list(own_blocks(base)) for module, base in modules.items()}),
    }
    return {name: f"{HEAD}\n{text}" for name, text in texts.items()}


def write(folder: Path) -> list[Path]:
    """Write the pages to the folder, and the runbooks to the one beside it; return those that changed."""
    texts = {folder / name: text for name, text in pages().items()}
    texts[folder.parent / runbooks.PAGE.relative_to(FOLDER.parent)] = runbooks.page()
    changed = []
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            changed.append(path)
    return changed


def _contents(modules: dict[str, list[str]]) -> str:
    lines = [
        "# Environment files\n",
        "Blocks that are absent create nothing. Where a default depends on the tier, the table lists the value of "
        "each tier.\n",
        "- [the environment](environment.md): its own keys",
    ]
    lines += [
        f"- [{module}]({module}.md): {', '.join(f'`{name}`' for name in names)}" for module, names in modules.items()
    ]
    lines += [
        "- [the account](account.md): an account file, `accounts/NAME.hcl` beside the environment files",
        "- [variables](variables.md): environment variables that services, scheduled tasks, and functions receive",
        f"- [functions](functions.md): environment variables of {', '.join(f'`{name}`' for name in SHIPPED)}",
        "- [S3 endpoint](s3-endpoint.md): the buckets that can be reached from inside the VPC",
    ]
    return "\n".join(lines) + "\n"
