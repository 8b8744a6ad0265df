"""The checks of the state: its bucket, its contents, its lock, and `moved` blocks that wait for an apply."""

from ops.doctor.context import Context, Stack
from ops.doctor.finding import Finding, Findings


def bucket_and_lock(context: Context, stack: Stack) -> Findings:
    """Yield whether the state can be used."""
    remote = stack.remote(context)
    if not remote.bucket_exists():
        target = "local" if context.target.local_aws else "bootstrap"
        message = f"the account has no state bucket {remote.bucket}"
        yield Finding("error", "state", message, f"run `make {target} ENV={context.name}`")
        return
    holder = remote.lock()
    if holder:
        terraform = context.target.terraform(context.name, context.name).next_command
        remedy = f"wait for it; if it was killed, run `{terraform} force-unlock {holder.id}`"
        yield Finding("warning", "state", f"locked by {holder}", remedy)
    else:
        applied = f"{len(stack.applied)} resources" if stack.applied else "nothing applied yet"
        yield Finding("ok", "state", f"{remote.bucket}, not locked, {applied}")


def moves(context: Context, stack: Stack) -> Findings:
    """Yield the `moved` blocks that the next apply would carry out."""
    records = stack.synthesized.get("moved", [])
    waiting = [each for each in records if each["from"] in stack.applied]
    for each in waiting:
        message = f"{each['from']} becomes {each['to']} at the next apply"
        command = f"make {'local' if context.target.local_aws else 'deploy'} ENV={context.name}"
        yield Finding("warning", "moves", message, f"apply it before the moved block is removed: `{command}`")
    if not waiting:
        yield Finding("ok", "moves", f"none of {len(records)} is waiting for an apply")
