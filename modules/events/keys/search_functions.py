"""The functions of `search` blocks, as `function` blocks."""

from modules.events.function.keys.triggers import FunctionSchedule
from modules.events.function.settings import FunctionSettings
from modules.foundation.settings import Label

#: Seconds: a few requests to the cluster; and thousands of documents, with waits if Firehose has too many.
_TIMEOUT = 60


def setup_function(label: Label) -> Label:
    """Return the name of the function that sets up the cluster."""
    return f"search-{label}"


def documents_function(label: Label) -> Label:
    """Return the name of the function that makes a document of each log event."""
    return f"search-{label}-documents"


def functions_of(label: Label) -> dict[Label, FunctionSettings]:
    """Return the functions of a `search` block, by name."""
    return {
        setup_function(label): FunctionSettings(
            code="search",
            description=f"Sets up search {label}, and deletes expired indices",
            timeout=_TIMEOUT,
            in_vpc=True,
            schedule={"hourly": FunctionSchedule(schedule_expression="rate(1 hour)")},
        ),
        documents_function(label): FunctionSettings(
            code="log_documents",
            description=f"Log events as documents of search {label}",
            timeout=_TIMEOUT,
        ),
    }
