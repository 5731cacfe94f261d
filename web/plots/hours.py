"""How long after publication a source edits."""

from collections.abc import Sequence

from storage.edit_hours import LATER, EditHours
from web.plots.columns import Column, Plot, plot
from web.wording import plural


def hours_plot(found: Sequence[EditHours]) -> Plot:
    """One column a span; each is twice as long as the one before."""
    edits = sum(one.edits for one in found)
    most = max(found, key=lambda one: one.edits, default=None)
    says = f"{plural(edits, 'edit')} of articles with a date of publication."
    if most is not None and most.edits:
        says += f" Most were seen {'later' if most.within == LATER else f'within {most.within}'} ({most.edits})."
    return plot(
        [Column(label=one.within if one.within == LATER else f"within {one.within}", up=one.edits) for one in found],
        name="hours",
        title="How long after publication it edits",
        says=says,
        place="Seen",
        up="Edits",
        first="1 h",
        last=LATER,
    )
