"""What pages say about themselves, in all the places and shapes that pages say it."""

import json
import random
import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from lxml import html

from pipelines.fields import bylines, jsonld
from pipelines.fields.dates import parse_date
from pipelines.fields.metadata import Metadata, read_metadata

URL = "https://www.gazette.example/politics/2031/bridge-closed.html"


def read(page: str, url: str = URL, **extracted: str | None) -> Metadata:
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    tree = html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    before = html.tostring(tree)
    metadata = read_metadata(tree, url, guesses=SimpleNamespace(**extracted) if extracted else None)
    assert html.tostring(tree) == before
    return metadata


def linked(*nodes: Any) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)


def article(**properties: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "NewsArticle", **properties}


FULL = f"""<!doctype html><html lang="de-AT"><head>
<title>Brücke gesperrt | Politik | The Gazette</title>
<link rel="canonical" href="/politics/2031/bridge-closed.html">
<meta property="og:title" content="Brücke gesperrt | The Gazette"><meta property="og:site_name" content="The Gazette">
<meta property="og:type" content="article"><meta property="og:image" content="/pictures/bridge.jpg">
<meta property="og:description" content="Die Brücke ist bis Mai zu.">
<meta name="description" content="Eine andere Zusammenfassung.">
{
    linked(
        article(
            headline="Brücke &quot;bis Mai&quot; gesperrt",
            author=[{"@type": "Person", "name": "Ada Ito"}, {"@type": "Person", "name": "Bo Li und Cy Díaz"}],
            datePublished="2031-03-12T06:30:00+01:00",
            dateModified="2031-03-12T09:00:00Z",
            articleSection="Politik",
            keywords=["Brücke", "Verkehr", "brücke"],
            wordCount="1,204",
            articleBody="Die Brücke ist zu.  Bis Mai.",
            isAccessibleForFree="False",
            hasPart={"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".premium"},
            mainEntityOfPage={"@type": "WebPage", "@id": URL},
        )
    )
}</head><body><main><h1>Brücke bis Mai gesperrt</h1><p>Text</p></main></body></html>"""


def test_a_page_that_says_everything_is_read_whole() -> None:
    assert read(FULL) == Metadata(
        title='Brücke "bis Mai" gesperrt',
        authors=("Ada Ito", "Bo Li", "Cy Díaz"),
        published_at=datetime(2031, 3, 12, 5, 30, tzinfo=UTC),
        published_raw="2031-03-12T06:30:00+01:00",
        modified_at=datetime(2031, 3, 12, 9, tzinfo=UTC),
        modified_raw="2031-03-12T09:00:00Z",
        description="Die Brücke ist bis Mai zu.",
        section="Politik",
        tags=("Brücke", "Verkehr"),
        language="de",
        canonical_url=URL,
        image="https://www.gazette.example/pictures/bridge.jpg",
        site_name="The Gazette",
        free=False,
        paywalled_selectors=(".premium",),
        word_count=1204,
        body_words=6,
        tier=None,
        page_types=frozenset({"WebPage"}),
        article_markup=True,
        news=True,
        live=False,
        titles=(
            "Brücke bis Mai gesperrt",
            'Brücke "bis Mai" gesperrt',
            "Brücke gesperrt | The Gazette",
            "Brücke gesperrt | Politik | The Gazette",
        ),
        descriptions=("Die Brücke ist bis Mai zu.", "Eine andere Zusammenfassung."),
        body="Die Brücke ist zu. Bis Mai.",
        origins={
            "title": "json-ld",
            "authors": "json-ld",
            "published_at": "json-ld",
            "modified_at": "json-ld",
            "description": "opengraph",
            "section": "json-ld",
            "tags": "json-ld",
            "language": "html",
            "canonical_url": "html",
            "image": "opengraph",
            "site_name": "opengraph",
        },
    )


def test_a_page_that_says_nothing_gives_nothing() -> None:
    found = read("<p>Text</p>")
    assert found.title is found.published_at is found.published_raw is found.language is found.free is None
    assert found.authors == found.tags == found.paywalled_selectors == ()
    assert found.origins == {}
    assert not found.article_markup


# Which of several articles


def test_the_article_of_this_page_goes_before_others_of_more_telling_kinds() -> None:
    here = {"@type": "BlogPosting", "url": URL + "#top", "headline": "This page"}
    assert read(linked(article(url="https://gazette.example/other", headline="Other"), here)).title == "This page"


@pytest.mark.parametrize(
    "reference", [{"@id": URL}, {"url": URL}, {"mainEntityOfPage": URL}, {"mainEntityOfPage": {"@id": URL}}]
)
def test_an_article_names_its_page_in_several_ways(reference: dict[str, Any]) -> None:
    nodes = {"@graph": [article(headline="Other"), article(headline="This page", **reference)]}
    assert read(linked(nodes)).title == "This page"


def test_an_article_that_is_known_by_the_canonical_url_is_this_pages() -> None:
    page = '<link rel=canonical href="https://gazette.example/bridge">' + linked(
        article(headline="Other"), article(headline="This page", url="http://www.gazette.example/bridge/")
    )
    assert read(page, URL + "?from=front").title == "This page"


def test_of_two_descriptions_of_one_page_the_news_article_is_read_and_the_other_fills_gaps() -> None:
    nodes = [
        {"@type": "Article", "url": URL, "headline": "As article", "author": "Ada Ito"},
        {"@type": ["Product", "https://schema.org/ReportageNewsArticle"], "url": URL, "headline": "As news"},
    ]
    found = read(linked(nodes))
    assert (found.title, found.authors) == ("As news", ("Ada Ito",))


def test_entries_of_a_live_blog_and_teasers_in_a_list_are_not_the_page() -> None:
    live = {
        "@type": "LiveBlogPosting",
        "headline": "Live: the vote",
        "liveBlogUpdate": [{"@type": "NewsArticle", "headline": "Update", "url": URL}],
    }
    assert read(linked(live)).title == "Live: the vote"
    teasers = {
        "@type": "ItemList",
        "itemListElement": [{"item": article(headline="Teaser", url="https://a.example/b")}],
    }
    assert read(linked(teasers) + "<main><h1>Front page</h1></main>").title == "Front page"
    assert not read(linked(teasers)).article_markup


def test_authors_that_are_referred_to_are_looked_up() -> None:
    graph = {
        "@graph": [
            article(headline="H", author={"@id": "#ada"}),
            {"@type": "Person", "@id": "#ada", "givenName": "Ada", "familyName": "Ito"},
        ]
    }
    assert read(linked(graph)).authors == ("Ada Ito",)


# Scripts that do not parse


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "Bridge closed",}',
        '{"@type": "NewsArticle", "headline": "Bridge\n closed"}',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "Bridge closed"}\n//]]>',
        '<!-- {"@type": "NewsArticle", "headline": "Bridge closed"} -->',
        '/*<![CDATA[*/{"@type": "NewsArticle", "headline": "Bridge closed"};/*]]>*/',
        "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;Bridge closed&quot;}",
        '{"@type": "NewsArticle", "headline": "Bridge closed"}{"@type": "WebSite"}',
        '{"@type": "NewsArticle", "headline": "Bridge closed"} oops',
        r'{"@type": "NewsArticle", "headline": "Bridge\ closed"}',
        '[{"@type": "NewsArticle", "headline": "<b>Bridge</b>&nbsp;closed"}]',
    ],
)
def test_a_broken_script_is_repaired(script: str) -> None:
    assert read(f'<script type="application/ld+json">{script}</script>').title == "Bridge closed"


@pytest.mark.parametrize(
    "script",
    [
        "",
        "null",
        "{",
        '{"@type": "NewsArticle", "headline',
        "[" * 100000,
        '{"a":' * 100000,
        "9" * 10000,
        "-->" * 100000,
        "{" + " " * 300000 + "x",
        "," * 300000,
        "{}" * 100000,
        r"\\" * 100000,
    ],
)
def test_a_script_beyond_repair_is_passed_over_quickly(script: str) -> None:
    start = time.perf_counter()
    found = read(f'<script type="application/ld+json">{script}</script><main><h1>Bridge closed</h1></main>')
    assert found.title == "Bridge closed"
    assert time.perf_counter() - start < 5


# Titles


def test_a_cut_headline_gives_way_to_the_heading() -> None:
    long = "The bridge over the river is closed until May, the ministry says, because of damage that was found " * 2
    for headline in ("The bridge over the river is closed …", "The bridge over the river is closed...", long[:109]):
        found = read(linked(article(headline=headline)) + f"<article><h1>{long}</h1></article>")
        assert (found.title, found.origins["title"]) == (long.strip(), "html")


def test_a_cut_headline_is_better_than_none() -> None:
    assert read(linked(article(headline="The bridge is …"))).title == "The bridge is …"


@pytest.mark.parametrize(
    ("shown", "title"),
    [
        ("Bridge closed | The Gazette", "Bridge closed"),
        ("Bridge closed - The Gazette", "Bridge closed"),
        ("Bridge closed — gazette.example", "Bridge closed"),
        ("The Gazette: Bridge closed", "Bridge closed"),
        ("Bridge closed | Politics | The Gazette", "Bridge closed"),
        ("Bridge closed | Gazette Online | Latest", "Bridge closed"),
        ("Bridge closed: gazette readers react", "Bridge closed: gazette readers react"),
        ("Gazette of laws: what is in it - The Gazette", "Gazette of laws: what is in it"),
        ("Bridge closed - until May", "Bridge closed - until May"),
        ("The Gazette", "The Gazette"),
        ("| The Gazette", "| The Gazette"),
    ],
)
def test_the_sites_name_is_taken_off_the_title(shown: str, title: str) -> None:
    page = f'<meta property="og:site_name" content="The Gazette"><meta property="og:title" content="{shown}">'
    assert read(page).title == title


def test_the_heading_that_says_what_the_title_says_is_the_headline() -> None:
    page = """<title>Bridge closed | Gazette</title><h1>Gazette</h1>
    <h1>Bridge closed</h1><article><h1>More news</h1></article>"""
    assert read(page).title == "Bridge closed"


@pytest.mark.parametrize("heading", ["Ada's corner", "12 Comments"])
def test_a_heading_that_has_nothing_to_do_with_the_title_is_no_headline(heading: str) -> None:
    assert read(f"<title>On closing bridges</title><div><h1>{heading}</h1></div>").title == "On closing bridges"


def test_a_kicker_before_the_headline_is_left_off_where_the_page_does_so_itself() -> None:
    page = '<meta property="og:title" content="Ministry closes the bridge">'
    page += "<article><h1><span>Traffic:</span> Ministry closes the bridge</h1></article>"
    found = read(page)
    assert (found.title, found.origins["title"]) == ("Ministry closes the bridge", "opengraph")


def test_soft_hyphens_and_entities_are_no_part_of_a_title() -> None:
    assert read("<article><h1>Brücken&shy;sperrung &amp;amp; Stau</h1></article>").title == "Brückensperrung & Stau"


# Authors


@pytest.mark.parametrize(
    ("byline", "people"),
    [
        ("By Ada Ito and Bo Li", ["Ada Ito", "Bo Li"]),
        ("Von Ada Ito, Bo Li und Cy Díaz", ["Ada Ito", "Bo Li", "Cy Díaz"]),
        ("Par Ada Ito avec Bo Li", ["Ada Ito", "Bo Li"]),
        ("Ada Ito & Bo Li; Cy Díaz | Di Eko", ["Ada Ito", "Bo Li", "Cy Díaz", "Di Eko"]),
        ("Text: By Ada Ito", ["Ada Ito"]),
        ("This post was written by Ada Ito", ["Ada Ito"]),
        ("Ada Ito y Bo Li", ["Ada Ito", "Bo Li"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Josep Puig i Cadafalch", ["Josep Puig i Cadafalch"]),
        ("Ito, Ada", ["Ito, Ada"]),
        ("AFP, dpa", ["AFP", "dpa"]),
        ("Robert Roe, Jr.", ["Robert Roe, Jr"]),
        ("Ada Ito, Political Editor", ["Ada Ito"]),
        ("Ada Ito (ada@gazette.example)", ["Ada Ito"]),
        ("Ada Ito https://gazette.example/ada", ["Ada Ito"]),
        ("Ada Ito Last updated May 8, 2031", ["Ada Ito"]),
        ("Ada Ito Last updated yesterday", ["Ada Ito"]),
        ("J.R.R. Tolkien", ["J.R.R. Tolkien"]),
        ("渡辺洋介、山田太郎", ["渡辺洋介", "山田太郎"]),
        ("Ada Ito\nBo Li", ["Ada Ito", "Bo Li"]),
        ("December", []),
        ("https://www.facebook.com/gazette", []),
        ("@gazette", []),
        ("{{author.name}}", []),
        ("He has written for this paper since it was founded by his uncle in the spring", []),
        ("", []),
        (",;&|/", []),
    ],
)
def test_bylines_are_taken_apart(byline: str, people: list[str]) -> None:
    assert bylines.split(byline) == people


def test_persons_of_structured_data_go_before_all_others_and_keep_their_order() -> None:
    page = '<meta name="author" content="Meta Person">' + linked(article(author=["By Bo Li", "Ada Ito", "BO LI"]))
    assert read(page, author="Other Person").authors == ("Bo Li", "Ada Ito")


@pytest.mark.parametrize(
    ("page", "extracted", "authors", "origin"),
    [
        ('<meta name="author" content="Ada Ito">', "Bo Li", ("Ada Ito",), "meta"),
        ('<meta property="article:author" content="https://social.example/ada">', "Bo Li", ("Bo Li",), "trafilatura"),
        ('<meta property="article:author" content="Ada Ito">', None, ("Ada Ito",), "opengraph"),
        ('<meta name="DC:creator" content="Ada Ito">', None, ("Ada Ito",), "dublin-core"),
        ('<meta name="citation_author" content="Ito, Ada B.">', None, ("Ada B. Ito",), "meta"),
        (linked(article(author={"@type": "Organization", "name": "Agency"})), "Bo Li", ("Bo Li",), "trafilatura"),
        (linked(article(author={"@type": "Organization", "name": "Agency"})), None, ("Agency",), "json-ld"),
        (linked(article(author="admin")), "Ada Ito; Bo Li", ("Ada Ito", "Bo Li"), "trafilatura"),
        ('<meta name="author" content="Gazette, Springfield, USA">', "Bo Li", ("Bo Li",), "trafilatura"),
    ],
)
def test_the_next_best_source_fills_in(page: str, extracted: str | None, authors: tuple[str, ...], origin: str) -> None:
    found = read(page, author=extracted)
    assert (found.authors, found.origins["authors"]) == (authors, origin)


def test_the_sites_own_name_is_an_author_only_where_there_is_no_other() -> None:
    site = '<meta property="og:site_name" content="The Gazette"><meta name="author" content="The Gazette">'
    assert read(site, author="Ada Ito").authors == ("Ada Ito",)
    assert read(site).authors == ("The Gazette",)


# Dates


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2031-03-12", "2031-03-12T00:00:00"),
        ("20310312", "2031-03-12T00:00:00"),
        ("2031/03/12", "2031-03-12T00:00:00"),
        ("2031-3-2", "2031-03-02T00:00:00"),
        ("2031-03-12T06:30", "2031-03-12T06:30:00"),
        ("2031-03-12T06:30Z", "2031-03-12T06:30:00"),
        ("2031-03-12 06:30:15", "2031-03-12T06:30:15"),
        ("2031-03-12T06:30:15.123456789Z", "2031-03-12T06:30:15.123456"),
        ("2031-03-12T06:30:15,5+0100", "2031-03-12T05:30:15.500000"),
        ("2031-03-12T06:30:15+01", "2031-03-12T05:30:15"),
        ("2031-03-12T06:30:15 +01:00", "2031-03-12T05:30:15"),
        ("2031-03-12T06:30:15-0330", "2031-03-12T10:00:15"),
        ("2031-03-12T06:30:15+01:00[Europe/Berlin]", "2031-03-12T05:30:15"),
        ("2031-03-12T24:00:00Z", "2031-03-13T00:00:00"),
        ("2031-03-12t06:30:60z", "2031-03-12T06:30:59"),
        ("20310312T063015Z", "2031-03-12T06:30:15"),
        ("  2031-03-12\n06:30 UTC ", "2031-03-12T06:30:00"),
        ("Wed, 12 Mar 2031 06:30:15 +0100", "2031-03-12T05:30:15"),
        ("Wed, 12 Mar 2031 06:30:15 GMT", "2031-03-12T06:30:15"),
        ("1930977015", "2031-03-11T06:30:15"),
        ("1930977015000", "2031-03-11T06:30:15"),
        ("1923-04-05", "1923-04-05T00:00:00"),
    ],
)
def test_dates_of_one_meaning_are_read(value: str, moment: str) -> None:
    assert parse_date(value) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "05/04/2031",
        "12.03.2031",
        "March 12",
        "2031",
        "2031-03",
        "2031-13-45",
        "2031-02-30",
        "yesterday",
        "12 Mar 2031",
        "0001-01-01T00:00:00",
        "0000-00-00 00:00:00",
        "1970-01-01T00:00:00Z",
        "9999-99-99",
        "Mar 12 99:99",
        "x" * 5000,
        "2031-03-12T06:30:15+99:99",
        "9999-12-31T23:59:59-14:00",
        "٢٠٣١-٠٣-١٢ x",
        "a 1:23",
        "Wed, 99 Foo 2031 06:30:15",
    ],
)
def test_other_dates_are_not_guessed_at(value: str) -> None:
    assert parse_date(value) is None


def test_a_date_that_cannot_be_read_is_kept_as_said() -> None:
    found = read(linked(article(datePublished="12.03.2031")))
    assert (found.published_at, found.published_raw) == (None, "12.03.2031")


def test_a_date_that_can_be_read_goes_before_one_that_cannot() -> None:
    page = linked(article(datePublished="12.03.2031")) + '<meta name="DC.date.issued" content="2031-03-12">'
    found = read(page)
    assert (found.published_raw, found.origins["published_at"]) == ("2031-03-12", "dublin-core")


@pytest.mark.parametrize(
    ("page", "origin"),
    [
        ('<meta property="article:published_time" content="2031-03-12">', "opengraph"),
        ('<meta name="parsely-pub-date" content="2031-03-12">', "meta"),
        ('<meta name="dcterms.created" content="2031-03-12">', "dublin-core"),
        ('<time datetime="2030-01-01">x</time><article><time datetime="2031-03-12">x</time></article>', "html"),
        ('<time datetime="2031-03-12">x</time>', "html"),
    ],
)
def test_dates_are_found_where_pages_put_them(page: str, origin: str) -> None:
    found = read(page, date="2029-01-01")
    assert found.published_at == datetime(2031, 3, 12, tzinfo=UTC)
    assert (found.published_raw, found.origins["published_at"]) == ("2031-03-12", origin)


def test_a_guessed_date_is_marked_and_is_no_word_of_the_pages() -> None:
    found = read("<p>Text</p>", date="2031-03-12")
    assert found.published_at == datetime(2031, 3, 12, tzinfo=UTC)
    assert (found.published_raw, found.origins["published_at"]) == (None, "htmldate")
    assert read("<p>Text</p>", date="1989-12-31").published_at is None


def test_unix_time_in_structured_data_is_read() -> None:
    assert read(linked(article(datePublished=1930977015))).published_raw == "1930977015"


# The rest


@pytest.mark.parametrize(
    ("page", "language"),
    [
        ('<html lang="EN-us">', "en"),
        ('<html lang="">' + linked(article(inLanguage="pt_BR")), "pt"),
        (linked(article(inLanguage=[{"@type": "Language", "name": "German", "alternateName": "de"}])), "de"),
        ('<meta property="og:locale" content="fr_CA">', "fr"),
        ('<meta http-equiv="Content-Language" content="nb, en">', "nb"),
        ('<html lang="und"><meta property="og:locale" content="fil">', "fil"),
        ('<html lang="english">', None),
        ('<html lang="x-default">', None),
    ],
)
def test_the_declared_language_is_a_primary_subtag(page: str, language: str | None) -> None:
    assert read(page + "<p>Text").language == language


@pytest.mark.parametrize(
    ("page", "canonical"),
    [
        ('<link rel="Canonical shortlink" href="../other">', "https://www.gazette.example/politics/other"),
        ('<base href="https://cdn.example/x/"><link rel="canonical" href="y">', "https://cdn.example/x/y"),
        ('<meta property="og:url" content="//gazette.example/b">', "https://gazette.example/b"),
        ('<link rel="canonical" href="javascript:alert(1)"><meta property="og:url" content="http://[">', None),
        ('<link rel="canonical" href="http://[::1"><link rel="canonical">', None),
        ('<link rel="alternate" href="/x">', None),
    ],
)
def test_the_claimed_address_is_absolute_and_of_the_web(page: str, canonical: str | None) -> None:
    assert read(page + "<p>Text").canonical_url == canonical


@pytest.mark.parametrize(
    ("value", "free"),
    [
        (True, True),
        (False, False),
        ("False", False),
        ("true", True),
        ("http://schema.org/False", False),
        (0, False),
        ("no", False),
        (["False"], False),
        ("perhaps", None),
        (None, None),
        ({}, None),
        ([], None),
        (2.5, None),
    ],
)
def test_access_is_read_in_all_its_spellings(value: Any, free: bool | None) -> None:
    assert read(linked(article(isAccessibleForFree=value))).free is free


def test_paywalled_parts_are_named_by_their_selectors() -> None:
    parts = [
        {"isAccessibleForFree": "False", "cssSelector": [".a", ".b"]},
        {"isAccessibleForFree": True, "cssSelector": ".c"},
        {"cssSelector": ".d"},
        "junk",
    ]
    assert read(linked(article(hasPart=parts))).paywalled_selectors == (".a", ".b")


@pytest.mark.parametrize(("value", "count"), [(512, 512), ("1 204", 1204), ("0", None), (-5, None), ("many", None)])
def test_word_counts_are_numbers_above_nought(value: Any, count: int | None) -> None:
    assert read(linked(article(wordCount=value))).word_count == count


def test_keywords_are_split_and_each_given_once() -> None:
    assert read('<meta name="keywords" content="Bridge, traffic; bridge ,, May">').tags == ("Bridge", "traffic", "May")
    page = '<meta property="article:tag" content="Roe, Robert"><meta property="article:tag" content="May">'
    assert read(page).tags == ("Roe, Robert", "May")


MICRODATA = """<div itemscope itemtype="http://schema.org/NewsArticle"><h2 itemprop="headline name">Bridge closed</h2>
<figure><span itemprop="author">Photo Agency</span></figure>
<span itemprop="author" itemscope itemtype="http://schema.org/Person">By <b itemprop="name">Ada Ito</b>, reporter</span>
<meta itemprop="datePublished" content="2031-03-12T06:30:00Z">
<div class="comments"><i itemprop="author">A Reader</i></div>
<div itemscope itemtype="http://schema.org/Comment"><i itemprop="author">Another</i></div></div>"""


def test_microdata_is_read_without_credits_and_readers_names() -> None:
    found = read(MICRODATA)
    assert (found.title, found.authors) == ("Bridge closed", ("Ada Ito",))
    assert found.published_at == datetime(2031, 3, 12, 6, 30, tzinfo=UTC)
    assert set(found.origins.values()) == {"microdata"}
    assert found.article_markup


@pytest.mark.parametrize(("kind", "is_article"), [("article", True), ("Article", True), ("website", False)])
def test_opengraph_says_whether_it_is_an_article(kind: str, is_article: bool) -> None:
    assert read(f'<meta property="og:type" content="{kind}">').article_markup is is_article


# Garbage

NAMES = """@type @id @graph headline name author creator publisher datePublished dateModified dateCreated description
articleSection keywords inLanguage image thumbnailUrl url isAccessibleForFree hasPart cssSelector wordCount
mainEntityOfPage mainEntity itemListElement abstract givenName alternateName @value contentUrl""".split()  # noqa: SIM905
SCALARS = [
    None,
    True,
    False,
    0,
    -1,
    10**30,
    1.5,
    "",
    "x",
    "\0\ud800",
    "NewsArticle",
    "2031-03-12",
    URL,
    "http://[",
    "&#0;",
]


def garbage(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.randrange(4 if depth < 5 else 1)
    if kind == 0:
        return chance.choice(SCALARS)
    if kind == 1:
        return [garbage(chance, depth + 1) for _ in range(chance.randrange(4))]
    node = {chance.choice(NAMES): garbage(chance, depth + 1) for _ in range(chance.randrange(8))}
    return (
        node if chance.random() < 0.3 else {**node, "@type": chance.choice(["NewsArticle", ["Article", 3], "Person"])}
    )


@pytest.mark.parametrize("seed", range(30))
def test_garbage_never_raises_and_comes_out_storable(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(40):
        page = linked(garbage(chance), article(**{name: garbage(chance) for name in NAMES if chance.random() < 0.6}))
        for name in ("og:title", "author", "article:published_time", "og:url", "og:locale", "keywords", "og:image"):
            page += f'<meta property="{name}" content="{chance.choice(SCALARS[7:])}">'
        found = read(page, author=chance.choice(["", "A; B", None]), date=chance.choice(["", "x", None]))
        texts = [found.title, found.published_raw, found.modified_raw, found.description, found.section, found.language]
        texts += [found.canonical_url, found.image, found.site_name, *found.authors, *found.tags]
        for text in filter(None, [*texts, *found.paywalled_selectors]):
            text.encode()
            assert "\0" not in text
            assert text == text.strip() != ""
        assert found.published_at is None or found.published_at.tzinfo is UTC
        assert all(getattr(found, field.replace("_at", "_raw")) for field in found.origins)


@pytest.mark.parametrize("url", ["", "x", "http://[", "https://", "mailto:a@b", "//a/b", URL + "\0"])
def test_a_page_under_a_strange_address_is_read(url: str) -> None:
    assert read(FULL, url).title == 'Brücke "bis Mai" gesperrt'


@pytest.mark.parametrize(
    "page",
    [
        "<h1>" * 3000 + "x",
        "<time datetime=2031-03-12>" * 3000,
        "<div itemscope itemtype=Article>" + "<i itemscope itemprop=author>" * 3000,
        '<meta property="og:title" content="' + "a | " * 200_000 + '">',
        '<meta name="author" content="' + "A and " * 200_000 + '">',
        '<meta name="author" content="Ada Ito">' * 20_000,
        "<title>" + "a - " * 200_000 + "</title>",
        '<meta name="keywords" content="' + "<a" * 200_000 + '">',
    ],
)
def test_hostile_markup_does_not_slow_the_reading(page: str) -> None:
    start = time.perf_counter()
    read(page)
    assert time.perf_counter() - start < 5


def test_a_deep_value_is_no_text() -> None:
    value: Any = "x"
    for _ in range(150):
        value = {"name": [value]}
    assert jsonld.text(value) is None
    assert read(linked(article(headline=value, author=value))).title is None


@pytest.mark.parametrize("name", ["article-title__overline", "kicker", "dachzeile"])
def test_a_kicker_in_an_element_of_its_own_is_no_part_of_the_headline(name: str) -> None:
    page = f'<h1><span class="{name}">Traffic in town</span> - <span>Bridge closed until May</span></h1>'
    assert read(f"<article>{page}</article>").title == "Bridge closed until May"


def test_what_is_called_a_kicker_and_is_most_of_the_headline_stays() -> None:
    page = (
        '<article><h1>Traffic in town: <span class="kicker">Bridge over the Vell closed until May</span></h1></article>'
    )
    assert read(page).title == "Traffic in town: Bridge over the Vell closed until May"


def test_the_last_step_of_a_breadcrumb_trail_is_no_headline() -> None:
    page = '<ul class="breadcrumb"><li><h1>Bridges, bridges</h1></li></ul><article><h1>Closed until May</h1></article>'
    assert read(page).title == "Closed until May"


def test_a_headline_for_search_engines_gives_way_to_the_one_on_the_page() -> None:
    page = (
        "<title>Vell bridge closed: when will it open? | The Gazette</title>"
        '<meta property="og:site_name" content="The Gazette">'
        '<meta property="og:title" content="The day the bridge stood still">'
        + linked(article(headline="Vell bridge closed: when will it open?"))
        + "<article><h1>The day the bridge stood still</h1></article>"
    )
    assert read(page).title == "The day the bridge stood still"
    shared = page.replace('content="The day the bridge', 'content="How a town lived on the day the bridge')
    assert read(shared).title == "The day the bridge stood still"
    named = page.replace('content="The day the bridge stood still"', 'content="Vell bridge closed: when will it open?"')
    assert read(named).title == "Vell bridge closed: when will it open?"


def test_a_headline_gives_way_to_the_one_on_the_page_that_structured_data_calls_the_alternative() -> None:
    headlines = {"headline": "Vell bridge closed for repairs", "alternativeHeadline": "The day the bridge stood still"}
    page = (
        "<title>The day the bridge stood still</title>"
        '<meta property="og:title" content="The day the bridge stood still">'
        + linked(article(**headlines))
        + "<article><h1>The day the bridge stood still</h1></article>"
    )
    assert read(page).title == "The day the bridge stood still"
    unshown = page.replace("<h1>The day the bridge stood still</h1>", "<h1>Vell bridge closed for repairs</h1>")
    assert read(unshown).title == "Vell bridge closed for repairs"
    longer = page.replace("Vell bridge closed for repairs", "The day the bridge stood still, hour by hour")
    assert read(longer).title == "The day the bridge stood still, hour by hour"
