"""`/stories` and `/stories/ID`: texts that several pages have."""

from typing import Any

from starlette.exceptions import HTTPException

from storage.story_entries import story_entries
from web.api import values
from web.api.operation import Asked, Operation
from web.api.parameters import CURSOR, LIMIT, name_in_path

STORY = name_in_path("story", "A story's name, as a list or a snapshot has it.")


def _stories(asked: Asked) -> dict[str, Any]:
    part = story_entries(asked.archive, limit=asked.get(LIMIT), after=asked.place)
    return asked.part(list(map(values.story, part.entries)), part.next)


def _story(asked: Asked) -> dict[str, Any]:
    found = asked.archive.story(asked.get(STORY))
    if found is None:
        raise HTTPException(404, f"There is no story {asked.get(STORY)[:60]!r}. /api/v1/stories lists what there is.")
    return found.as_json()


OPERATIONS = (
    Operation(
        name="stories",
        path="/stories",
        summary="Stories; those whose origin was met last first.",
        parameters=(LIMIT, CURSOR),
        answer="Stories",
        work=_stories,
    ),
    Operation(
        name="story",
        path="/stories/{story}",
        summary="A story with its pages.",
        parameters=(STORY,),
        answer="Story",
        work=_story,
        not_found=True,
    ),
)
