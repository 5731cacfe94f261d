"""A comparison as one HTML page that needs nothing else: on screens, in print, without colour and by ear."""

from collections.abc import Sequence
from html import escape

from storage.compare.comparison import Comparison
from storage.compare.pieces import Piece, folded, paragraphs, pieces_of

_STYLE = """
body{font:1rem/1.6 Georgia,serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}
h1{font-size:1.3rem}h2{font-size:1.1rem;margin-top:2rem}p{max-width:45rem;margin:.7em 0;overflow-wrap:anywhere}
del{background:#fde3e1;color:#7a1208}ins{background:#dcf3df;color:#0b4a17;text-decoration:underline}
del::before{content:"[\\2212"}del::after{content:"]"}ins::before{content:"[+"}ins::after{content:"]"}
.moved{border-bottom:2px dotted #1d4f91}.away{color:#555;font-style:italic}
.fold{color:#555;font-style:italic}.label{position:absolute;left:-999em}
table{border-collapse:collapse;width:100%}td,th{vertical-align:top;text-align:start;padding:.3em .6em;width:50%;
border-top:1px solid #ccc;overflow-wrap:anywhere}
@media print{body{margin:0}del,ins{background:none;color:#000}}
@media (prefers-color-scheme:dark){body{background:#161616;color:#eee}del{background:#4d1714;color:#ffd9d5}
ins{background:#123d1b;color:#d6f5dc}.away,.fold{color:#aaa}}
@media print{body{background:#fff;color:#000}}
"""
_SIDES = {"old": ("same", "gone", "away"), "new": ("same", "come", "moved")}


def as_html(made: Comparison, *, title: str, old: str, new: str, summary: str, context: int | None = None) -> str:
    """A whole page: summary, fields, the text as one, and side by side. `old` and `new` name the two versions;
    `context`: how many paragraphs around a change are shown, None for all."""
    lines = lines_of(made, context)
    there = fields(made)
    head = f"<thead><tr><th scope=col>{escape(old)}</th><th scope=col>{escape(new)}</th></tr></thead>"
    return (
        f'<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main><h1 dir=auto>{escape(title)}</h1>"
        f"<p>{escape(old)} → {escape(new)}</p><p><strong>{escape(summary)}</strong></p>"
        + (f"<section aria-label=Fields><h2>Fields</h2><table>{head}{there}</table></section>" if there else "")
        + f'<section aria-label="Changes in the text"><h2>Text</h2>{unified(lines)}</section>'
        f'<section aria-label="Side by side"><h2>Side by side</h2><table>{head}{side_by_side(lines)}</table></section>'
        "</main></body></html>\n"
    )


def fragment(made: Comparison, *, summary: str, context: int = 1) -> str:
    """A piece of a page, without styles of its own: the summary, fields, and the text as one."""
    there = fields(made)
    return (
        f"<section><p><strong>{escape(summary)}</strong></p>"
        + (f"<table>{there}</table>" if there else "")
        + f"{unified(lines_of(made, context))}</section>"
    )


def lines_of(made: Comparison, context: int | None) -> list[list[Piece] | int]:
    """The paragraphs that are shown, in the new text's order; a number stands for so many that are not."""
    lines = paragraphs(pieces_of(made))
    return list(folded(lines, context)) if context is not None else list(lines)


def fields(made: Comparison) -> str:
    """The rows of a table of two columns: a field's name, then what it was and is. Empty where none differs."""
    return "".join(
        f"<tr><th scope=row colspan=2>{escape(field.field.replace('_', ' '))}</th></tr>"
        f"<tr><td>{_mark('gone', _value(field.old))}</td><td>{_mark('come', _value(field.new))}</td></tr>"
        for field in made.fields
    )


def unified(lines: Sequence[list[Piece] | int]) -> str:
    """The text as one, a `p` a paragraph."""
    return "".join(
        f"<p class=fold>… {line} unchanged {'paragraph' if line == 1 else 'paragraphs'} …</p>"
        if isinstance(line, int)
        else f"<p dir=auto>{''.join(map(_piece, line))}</p>"
        for line in lines
    )


def side_by_side(lines: Sequence[list[Piece] | int]) -> str:
    """The rows of a table of two columns: the old text, and the new one."""
    return "".join(
        f"<tr><td colspan=2 class=fold>… {line} unchanged …</td></tr>"
        if isinstance(line, int)
        else f"<tr><td dir=auto>{_side(line, 'old')}</td><td dir=auto>{_side(line, 'new')}</td></tr>"
        for line in lines
    )


def _side(line: list[Piece], side: str) -> str:
    # What was edited inside a moved passage stood where that is told to have stood.
    there = [piece for piece in line if piece.kind in _SIDES[side] and not (side == "old" and piece.inside)]
    return "".join(map(_piece, there))


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _mark(kind: str, text: str) -> str:
    return _piece(Piece(kind, text)) if text else "—"


def _piece(piece: Piece) -> str:
    text = escape(piece.text)
    if piece.kind == "gone":
        return f"<del><span class=label>removed: </span>{text}<span class=label> end of removed</span></del>"
    if piece.kind == "come":
        return f"<ins><span class=label>added: </span>{text}<span class=label> end of added</span></ins>"
    if piece.kind == "moved":
        return f'<span class=moved title="passage {piece.label}, moved here">⟦↷{piece.label} {text}⟧</span>'
    if piece.kind == "away":
        return f"<span class=away>⟦passage {piece.label} stood here: {text} ↷⟧</span>"
    return text
