"""Pages and style sheets with other addresses in place: what is named, what is kept, and what is left out."""

import re

import pytest

from storage.replaying import css
from storage.replaying.page import references, rewritten
from storage.replaying.reference import Reference
from storage.replaying.srcset import candidates

BASE = "https://news.example/2026/a.html"


def kept(reference: Reference) -> str:
    return f"/at/{reference.kind}/{reference.url}"


def shown(markup: str) -> str:
    whole = rewritten(f"<html><head></head><body>{markup}</body></html>", BASE, kept).decode()
    return re.sub(r".*<body>|</body>.*", "", whole, flags=re.DOTALL).strip()


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<img src="b.png" alt="x">', '<img src="/at/image/https://news.example/2026/b.png" alt="x">'),
        ('<img src="/b.png#f">', '<img src="/at/image/https://news.example/b.png">'),
        ('<img src="data:image/gif;base64,R0lG" alt="x">', '<img src="data:image/gif;base64,R0lG" alt="x">'),
        ('<img data-src="/b.png" loading="lazy">', '<img src="/at/image/https://news.example/b.png">'),
        ('<img src="data:image/gif;base64,R0" data-src="//i.example/b.png">',
         '<img src="/at/image/https://i.example/b.png">'),
        ('<img srcset="/s.png 320w, /l.png 1280w">',
         '<img srcset="/at/image/https://news.example/s.png 320w, /at/image/https://news.example/l.png 1280w">'),
        ('<a href="/b" target="_top" onclick="x()">b</a>', '<a href="/at/link/https://news.example/b">b</a>'),
        ('<a href="#part">b</a>', '<a href="#part">b</a>'),
        ('<a href="javascript:alert(1)">b</a>', "<a>b</a>"),
        ('<a href=" JaVaScRiPt:alert(1)">b</a>', "<a>b</a>"),
        ('<p style="background:url(b.png)">b</p>',
         '<p style=\'background:url("/at/image/https://news.example/2026/b.png")\'>b</p>'),
        ("<script>alert(1)</script>a<iframe src=/x></iframe>b<object data=/x></object>c", "<p>abc</p>"),
        ('<form action="https://x.example/"><input name="a" formaction="/x"></form>', '<form><input name="a"></form>'),
        ('<div data-x="1" nonce="2" onmouseover="x()" class="c">b</div>', '<div class="c">b</div>'),
        ("<noscript><img src=/b.png></noscript>",
         '<noscript><img src="/at/image/https://news.example/b.png"></noscript>'),
    ],
)  # fmt: skip
def test_a_page_keeps_what_shows_and_loses_what_acts(markup: str, expected: str) -> None:
    assert shown(markup).replace("&quot;", '"') in (expected, expected.removeprefix("<p>").removesuffix("</p>"))


def test_the_head_says_its_charset_once_and_nothing_that_acts() -> None:
    head = (
        '<meta charset="iso-8859-1"><meta http-equiv="refresh" content="0;url=https://x.example/"><title>Grüße</title>'
        '<meta http-equiv="Content-Security-Policy" content="x"><base href="/sub/" target="_top">'
        '<link rel="stylesheet" href="a.css"><link rel="preload" href="b.js" as="script"><link rel=icon href=/i.ico>'
        '<meta name="viewport" content="width=device-width">'
    )
    page = rewritten(f"<html><head>{head}</head><body><img src=b.png></body></html>", BASE, kept).decode()
    assert page.startswith("<!DOCTYPE html>")
    assert '<head><meta charset="utf-8"><title>Grüße</title>' in page
    assert '<link rel="stylesheet" href="/at/style/https://news.example/sub/a.css">' in page
    assert '<img src="/at/image/https://news.example/sub/b.png">' in page
    assert 'name="viewport"' in page
    for gone in ("refresh", "Security-Policy", "<base", "preload", "icon"):
        assert gone not in page


def test_what_was_not_captured_is_asked_for_nowhere() -> None:
    page = rewritten('<img src="/a.png" srcset="/b.png 2x"><a href="/x">x</a><style>p{background:url(c.png)}</style>',
                     BASE, lambda reference: None).decode()  # fmt: skip
    assert "png" not in page
    assert "href" not in page


def test_of_a_set_of_images_one_is_fetched_and_each_reference_once() -> None:
    markup = (
        '<link rel=stylesheet href=/a.css><img src=/s.png srcset="/s.png 320w, /m.png 1280w, /l.png 4000w">'
        '<img src=/s.png><picture><source srcset="/p.webp 1x, /p2.webp 2x"></picture><a href=/next>n</a>'
        "<style>@import 'b.css'; body{background:url(bg.png)}</style><img src=mailto:x><script src=/s.js></script>"
    )
    found = {(one.kind, one.url.removeprefix("https://news.example")) for one in references(markup, BASE)}
    assert found == {
        ("style", "/a.css"), ("image", "/s.png"), ("image", "/m.png"), ("image", "/p2.webp"), ("link", "/next"),
        ("style", "/2026/b.css"), ("image", "/2026/bg.png"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a{background:url(b.png)}", 'a{background:url("/at/image/https://news.example/2026/b.png")}'),
        ("a{background:url( 'b.png' )}", 'a{background:url("/at/image/https://news.example/2026/b.png")}'),
        ('@import "b.css" screen;', '@import url("/at/style/https://news.example/2026/b.css") screen;'),
        ("@import url(/b.css);", '@import url("/at/style/https://news.example/b.css");'),
        ("@font-face{src:url(f.woff2)} b{background:url(g.png)}",
         '@font-face{src:url("/at/font/https://news.example/2026/f.woff2")} '
         'b{background:url("/at/image/https://news.example/2026/g.png")}'),
        ("a{background:url(data:image/png;base64,AA==)}", 'a{background:url("data:image/png;base64,AA==")}'),
        ("/* url(b.png) */a{content:'url(b.png)'}", "a{content:'url(b.png)'}"),
        ("a{background:url(javascript:x)}", "a{background:url()}"),
        ('a{background:url("b\\".png")}', 'a{background:url("/at/image/https://news.example/2026/b%22.png")}'),
        ('@charset "latin-1";a{}', "a{}"),
        ("a{background:url(b.png", "a{background:url(b.png"),
    ],
)  # fmt: skip
def test_a_style_sheet_has_its_addresses_changed_and_nothing_else(text: str, expected: str) -> None:
    assert css.rewritten(text, BASE, kept) == expected


def test_no_address_ends_a_string_or_an_element() -> None:
    text = css.rewritten("a{background:url(b.png)}", BASE, lambda reference: 'x"</style>\n\\')
    assert text == 'a{background:url("x\\22 \\3c /style>\\a \\5c ")}'


def test_candidates_of_a_set_are_read_as_the_standard_has_them() -> None:
    found = [(one.url, one.size) for one in candidates(" a.png 320w,b,c.png , d.png 2x, data:x,y 1x,")]
    assert found == [("a.png", "320w"), ("b,c.png", ""), ("d.png", "2x"), ("data:x,y", "1x")]


@pytest.mark.parametrize(
    "text", ["url(" * 50_000, "a" * 200_000 + "(", '"' * 99_999, "/*" * 50_000, "@import " * 20_000]
)
def test_a_style_sheet_made_to_be_slow_is_not(text: str) -> None:
    css.rewritten(text, BASE, kept)
