"""Imported once by the process that workers are forked from: what each of them would otherwise make for itself."""

from pipelines.pleas import lexicon, model

model.born()
lexicon.lexicon(lexicon.ALWAYS)
