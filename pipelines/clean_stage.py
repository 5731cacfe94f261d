"""Cleaning in the line of pipelines."""

import attrs

from pipelines.clean import clean
from storage.visit import Visit


class CleanPipeline:
    """Visit -> Visit with a Rendition, where it has an article."""

    async def process_item(self, visit: Visit) -> Visit:
        if visit.article is None:
            return visit
        return attrs.evolve(visit, rendition=clean(visit.article))
