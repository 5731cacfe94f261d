"""Finds what asks the reader for something: a pure function of an article's blocks and of what its site repeats."""

from collections.abc import Container

from pipelines.pleas.cohesion import cohesion
from pipelines.pleas.concepts import shares, weigh
from pipelines.pleas.lexicon import lexicon, names
from pipelines.pleas.lines import Line, read_lines
from pipelines.pleas import runs as R
from storage.article import Article, Cut
from storage.knowledge import Knowledge

BIAS = 0.0
SPEECH = -1.0
AMOUNT = 1.2
TRUST = 1.2

def decide(lines, knowledge, bias=None):
    out=set()
    for turn in range(2):
        page = shares([l.bits for i,l in enumerate(lines) if l.long and i not in out])
        sc=[]; parts=[]
        for l in lines:
            s,p = weigh(l.bits,page,l.long)
            if l.speech: s += SPEECH
            if l.amount: s = max(s, AMOUNT)
            sc.append(s); parts.append(p)
        trusted=[l.long and sc[i] < TRUST and i not in out for i,l in enumerate(lines)]
        co = cohesion([l.stems for l in lines], trusted)
        runs = R.best_runs([s+BIAS for s in sc], co.against, R.ENTER)
        out={k for a,b in runs for k in range(a,b+1)}
    return out
