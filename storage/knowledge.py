"""What the archive has learnt about the site of a page, as cleaning needs it."""

from collections.abc import Mapping

import attrs


@attrs.frozen(kw_only=True)
class Knowledge:
    """One generation of the site memory, as far as it concerns one page. Crosses to a worker process."""

    generation: int = 0
    """The generation in which what is known here last changed; 0 where nothing has been learnt."""

    known: int = 0
    """How many other articles of the site were compared."""

    repeated: Mapping[int, int] = attrs.field(factory=dict)
    """Key of a line (`storage.leaves.key_of`) -> on how many other articles of the site it stands."""

    overruled: Mapping[int, bool] = attrs.field(factory=dict)
    """Key of a line -> whether it is to be cut, by the archive's owner. Goes before everything else."""

    model: bytes | None = None
    """The archive's own classifier of lines, for sites without memory. None until there is enough to learn from."""


NOTHING = Knowledge()
