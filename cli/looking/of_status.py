"""The archive's state, as `status` prints it."""

from datetime import datetime
from typing import Any

from cli.looking.pager import Output
from storage.harmless import harmless


def print_status(out: Output, state: dict[str, Any]) -> None:
    """What ran, what is due, and what looks wrong: a line each."""
    screen = out.screen
    out.line(
        f"{state['pages']:,} pages, {state['snapshots']:,} snapshots, {state['bytes'] / 1e6:,.1f} MB, "
        f"{state['due']:,} due, {state['disk']['free'] / 1e9:,.1f} GB free"
    )
    if any(state["withheld"].values()):
        out.line(f"withheld: {state['withheld']['pages']:,} more pages, {state['withheld']['snapshots']:,} snapshots")
    for source in state["sources"]:
        if source["withheld_since"] is not None:
            out.line(f"{source['source']}: withheld since {source['withheld_since']}; it is crawled as ever")
        if source["last_run_at"] is not None:
            habit = "" if source["fresh_habit"] is None else f" (habit {source['fresh_habit']:,})"
            blocked = f", {source['block_rate']:.0%} blocked" if source["block_rate"] else ""
            failed = f", {source['failure_rate']:.0%} failed" if source["failure_rate"] else ""
            out.line(
                f"{source['source']}: {source['fresh']:,} fresh articles in the last day{habit}{blocked}{failed}, "
                f"{source['due']:,} due"
            )
    if oldest := state["takedowns"]["oldest"]:
        count = state["takedowns"]["unconfirmed"]
        out.line(
            f"{count:,} pages gone and not confirmed, the oldest since {oldest['gone_at']}: {harmless(oldest['url'])}"
        )
    for run in state["runs"]:
        counts = ", ".join(f"{count:,} {name}" for name, count in run["outcomes"].items()) or "nothing"
        name = run["source"] or run["kind"]
        began = screen.when(datetime.fromisoformat(run["started_at"]))
        out.line(f"{began}  {name}  {run['state']}, {run['taken_up']:,} taken up: {counts}")
    for host in state["distrusted"]:
        out.line(f"! {host['host']}: its 304s are not believed until {host['until']} ({host['lies']} were wrong)")
    for alarm in state["alarms"]:
        whose = alarm["source"] or (f"run {alarm['run']}" if alarm["run"] else "archive")
        out.line(f"! {whose}: {alarm['sign']}: {harmless(alarm['message'])}")
