"""Imported once by the process that workers are forked from: all that they are ever asked for, and what each of them
would otherwise make for itself."""

import gc

from sqlalchemy.orm import configure_mappers

import pipelines.clean
import pipelines.extract
import pipelines.memory.recleaning
import pipelines.memory.rereading
import pipelines.memory.teaching
import pipelines.stories.reading  # noqa: F401
from pipelines.pleas import lexicon, model
from storage.urls import site

model.born()
lexicon.lexicon(lexicon.ALWAYS)
configure_mappers()
# Reads the list of public suffixes.
site("https://example.org/")
# No worker goes through all of that for garbage: it would find none, and writing down that it looked makes a copy of
# what they share in each of them.
gc.collect()
gc.freeze()
