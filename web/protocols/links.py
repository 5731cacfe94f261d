"""Link headers and link-format documents (RFC 8288, RFC 6690), as RFC 7089 fills them."""

from starlette.requests import Request

from storage.captures import CaptureView, Neighbours
from storage.timestamps import http_date
from web.protocols import addresses

LINK_FORMAT = "application/link-format"


def link(target: str, relation: str, **more: str) -> str:
    """One link. `target` holds no angle brackets or spaces."""
    return "; ".join([f"<{target}>", f'rel="{relation}"', *(f'{name}="{value}"' for name, value in more.items())])


def around(request: Request, url: str, view: CaptureView, near: Neighbours) -> str:
    """The Link header of a memento, and of a TimeGate that leads to it: original, TimeMap, TimeGate, mementos."""
    found = [
        link(addresses.plain(url), "original"),
        link(addresses.time_gate(request, url), "timegate"),
        link(addresses.time_map(request, url), "timemap", type=LINK_FORMAT),
    ]
    relations: dict[str, tuple[CaptureView, list[str]]] = {}
    named = [(near.first, "first"), (near.previous, "prev"), (view, ""), (near.next, "next"), (near.last, "last")]
    for one, relation in named:
        if one is not None:
            relations.setdefault(one.timestamp, (one, []))[1].append(relation)
    for one, words in relations.values():
        relation = " ".join([*(word for word in words if word), "memento"])
        found.append(link(addresses.memento(request, one), relation, datetime=http_date(one.captured_at)))
    return ", ".join(found)
