"""The state: its bucket, whether anything was applied, who holds its lock, and moves that wait for an apply."""

from ops.doctor.context import Context, Stack
from ops.doctor.finding import Finding, Findings


def bucket_and_lock(context: Context, stack: Stack) -> Findings:
    """Yield whether the state can be worked with."""
    remote = stack.remote(context)
    if not remote.bucket_exists():
        target = "local" if context.target.local_aws else "bootstrap"
        told = f"the account has no state bucket {remote.bucket}"
        yield Finding("error", "state", told, f"run `make {target} ENV={context.name}`")
        return
    holder = remote.lock()
    if holder:
        terraform = context.target.terraform(context.name, context.name).next_command
        remedy = f"wait for it; if it was killed, run `{terraform} force-unlock {holder.id}`"
        yield Finding("warning", "state", f"locked by {holder}", remedy)
    else:
        applied = f"{len(stack.applied)} resources" if stack.applied else "nothing is applied yet"
        yield Finding("ok", "state", f"{remote.bucket}, not locked, {applied}")


def moves(context: Context, stack: Stack) -> Findings:
    """Yield the `moved` records that the next apply would carry out."""
    records = stack.synthesized.get("moved", [])
    waiting = [each for each in records if each["from"] in stack.applied]
    for each in waiting:
        told = f"{each['from']} becomes {each['to']} at the next apply"
        command = f"make {'local' if context.target.local_aws else 'deploy'} ENV={context.name}"
        yield Finding("warning", "moves", told, f"plan and apply it before the record goes: `{command}`")
    if not waiting:
        yield Finding("ok", "moves", f"none of {len(records)} waits for an apply")
