"""Names of the environment variables by which programs are told what they may use."""


def variable(kind: str, label: str, what: str) -> str:
    """Return the environment variable under which something is handed over: `DATABASE_MAIN_HOST`."""
    return "_".join((kind, label, what)).replace("-", "_").upper()


def handed_over(kind: str, label: str, **values: str | None) -> dict[str, str]:
    """Return the variables of one block, but for those without a value."""
    return {variable(kind, label, what): value for what, value in values.items() if value is not None}
