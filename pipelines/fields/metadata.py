"""Reads what a page says about itself: title, authors, dates, language and the like."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import attrs
from lxml.html import HtmlElement

from pipelines.fields import bylines, jsonld, shown, titles
from pipelines.fields import meta_tags as markup
from pipelines.fields.dates import parse_date
from storage.directives import forbids_index

# What htmldate guesses before the web existed is a number in the page, not its date.
FIRST_GUESSED_YEAR = 1990

# Where each field is looked for among the meta elements: (origin, name, name …), best first.
Sources = tuple[tuple[str, ...], ...]
PUBLISHED = (
    ("opengraph", "article:published_time", "og:article:published_time", "og:published_time", "article:published"),
    ("dublin-core", "dc.date.issued", "dcterms.issued", "dcterms.date", "dc.date", "dc.date.created"),
    ("dublin-core", "dcterms.created"),
    ("meta", "datepublished", "parsely-pub-date", "sailthru.date", "article_date_original", "originalpublicationdate"),
    ("meta", "pubdate", "publishdate", "publish-date", "publication_date", "publication-date", "published_time"),
    ("meta", "date", "cxenseparse:recs:publishtime", "bt:pubdate", "citation_publication_date", "datecreated"),
)
MODIFIED = (
    ("opengraph", "article:modified_time", "og:article:modified_time", "og:updated_time", "article:modified"),
    ("dublin-core", "dcterms.modified", "dc.date.modified", "dc.modified"),
    ("meta", "datemodified", "last-modified", "lastmod", "bt:moddate", "revised"),
)
AUTHOR = (
    ("meta", "author", "parsely-author", "sailthru.author", "byl", "authors", "cxenseparse:author"),
    ("opengraph", "article:author", "og:article:author", "article:author_name"),
    ("dublin-core", "dc.creator", "dcterms.creator", "dc.creator.name"),
)
DESCRIPTION = (
    ("opengraph", "og:description"),
    ("meta", "description"),
    ("twitter", "twitter:description"),
    ("dublin-core", "dc.description", "dcterms.description", "dcterms.abstract"),
    ("meta", "sailthru.description"),
)
SECTION = (
    ("opengraph", "article:section", "og:article:section"),
    ("meta", "parsely-section", "section", "cxenseparse:recs:category"),
)
TAGS = (
    ("opengraph", "article:tag", "og:article:tag"),
    ("meta", "news_keywords", "parsely-tags", "sailthru.tags", "keywords"),
)
TITLE = (("opengraph", "og:title"), ("twitter", "twitter:title"), ("meta", "parsely-title", "sailthru.title"))
TITLE_LAST = (("dublin-core", "dc.title", "dcterms.title"), ("meta", "title"))
IMAGE = (
    ("opengraph", "og:image", "og:image:url", "og:image:secure_url"),
    ("twitter", "twitter:image", "twitter:image:src"),
)
LANGUAGES = (
    ("opengraph", "og:locale"),
    ("meta", "content-language", "language"),
    ("dublin-core", "dc.language", "dcterms.language"),
)
SITE_NAME = (("opengraph", "og:site_name"), ("meta", "application-name", "apple-mobile-web-app-title"))

LANGUAGE = re.compile(r"\s*([a-zA-Z]{2,3})(?![a-zA-Z])")
# ISO 639-2's codes for no language in particular.
NO_LANGUAGE = {"und", "mul", "zxx", "mis"}


@attrs.frozen(kw_only=True)
class Metadata:
    """What a page claims about itself. None and empty tuples where it claims nothing that can be read."""

    title: str | None
    """The headline, without the site's name."""

    authors: tuple[str, ...]
    """People, in the page's order, each once; an organisation where no person is named."""

    published_at: datetime | None
    """Aware, UTC. Midnight where only a day is given."""

    published_raw: str | None
    """What the page said, zone and all, also where no moment can be read from it. None where the date is a guess."""

    modified_at: datetime | None
    """Aware, UTC."""

    modified_raw: str | None
    """What the page said, zone and all."""

    description: str | None
    """The page's own summary: often the standfirst, word for word."""

    section: str | None
    """The section that the page files itself under."""

    tags: tuple[str, ...]
    """Keywords, in the page's order, each once."""

    language: str | None
    """As declared: the primary subtag of BCP 47, lower case ("de")."""

    canonical_url: str | None
    """The address that the page claims as its own. Absolute, http or https, not yet judged."""

    image: str | None
    """Absolute URL of the lead picture."""

    site_name: str | None
    """The publication's name."""

    free: bool | None
    """Whether the page says that all may read it."""

    paywalled_selectors: tuple[str, ...]
    """CSS selectors of the parts that it says not all may read."""

    word_count: int | None
    """The article's length in words, by its own count."""

    body_words: int | None
    """Words of the article's text in JSON-LD (articleBody). None where there is none."""

    tier: str | None
    """`article:content_tier`, lower case: "free", "metered" or "locked"."""

    article_markup: bool
    """Whether the page calls itself an article."""

    news: bool
    """Whether it says that it is news: by schema.org's kinds, a section or keywords for news."""

    live: bool
    """Whether it says that it is a live blog."""

    titles: tuple[str, ...]
    """Every form of its title that the page gives, the best first."""

    descriptions: tuple[str, ...]
    """Every summary of itself that the page gives, each once."""

    body: str | None
    """The article's text as the page's structured data has it, in one line. Often cut off, or not the page's text."""

    page_types: frozenset[str]
    """schema.org types that the page as such has: "WebPage", "CollectionPage"."""

    origins: dict[str, str]
    """Field -> where it came from: `json-ld`, `microdata`, `opengraph`, `dublin-core`, `twitter`, `meta`, `html`,
    `trafilatura` or `htmldate`."""

    noindex: bool = False
    """Whether it asks search engines to leave it out."""


def read_metadata(tree: HtmlElement, url: str, *, guesses: Any = None) -> Metadata:
    """What the page says about itself, each field from the source that was right most often.

    `url` is the page's own, absolute. `guesses` has an extractor's `title`, `author` and `date`, which are asked for
    only where the page itself leaves one of the three open, since working them out takes longer than all else here.
    The tree is left as it was; nothing in it makes this raise.
    """
    found = markup.collect(tree, url)
    og_url = found.first((("opengraph", "og:url"),))
    canonical = found.absolute(found.canonical)
    here = {_page_key(address) for address in (url, canonical, og_url and og_url[0]) if address} - {""}
    linked = jsonld.read(found.scripts, lambda address: _page_key(address) in here)
    fields = _Fields(tree, found, linked, None if linked.articles else markup.microdata(tree))
    core = fields.core()
    if guesses is not None and not (core.published[0] and core.authors and core.title):
        fields = attrs.evolve(fields, guesses=guesses, origins={})
        core = fields.core()
    return Metadata(
        title=core.title,
        authors=core.authors,
        published_at=core.published[0],
        published_raw=core.published[1],
        modified_at=core.modified[0],
        modified_raw=core.modified[1],
        description=fields.value("description", DESCRIPTION, "description", "abstract"),
        section=fields.value("section", SECTION, "articleSection", json_first=True),
        tags=fields.tags(),
        language=fields.language(),
        canonical_url=core.canonical,
        image=fields.image(),
        site_name=core.site_name,
        free=next((free for free in map(jsonld.free, (*linked.articles, *linked.pages)) if free is not None), None),
        paywalled_selectors=tuple(_paywalled((*linked.articles, *linked.pages))),
        word_count=_word_count(linked.articles),
        body_words=max(
            (len(text.split()) for text in fields.json("articleBody") if isinstance(text, str)), default=None
        ),
        tier=next((value.lower() for value in found.metas.get("article:content_tier", ())), None),
        article_markup=fields.article_markup(),
        news=fields.news(),
        live=any("LiveBlogPosting" in jsonld.types(node) for node in linked.articles),
        titles=fields.titles(),
        descriptions=fields.descriptions(),
        body=max(filter(None, map(jsonld.text, fields.json("articleBody"))), key=len, default=None),
        page_types=frozenset(kind for node in linked.pages for kind in jsonld.types(node)),
        origins=fields.origins,
        noindex=any(forbids_index(value) for name in ("robots", "googlebot") for value in found.metas.get(name, ())),
    )


@attrs.frozen(kw_only=True)
class _Core:
    """The fields that guesses may fill, and those that they are judged by."""

    canonical: str | None
    site_name: str | None
    published: tuple[datetime | None, str | None]
    modified: tuple[datetime | None, str | None]
    title: str | None
    authors: tuple[str, ...]


@attrs.define
class _Fields:
    """The sources of one page, and where each field was found."""

    tree: HtmlElement
    found: markup.Markup
    linked: jsonld.LinkedData
    micro: dict[str, list[str]] | None
    guesses: Any = None
    origins: dict[str, str] = attrs.Factory(dict)
    shown_bylines: dict[frozenset[str], list[str]] = attrs.Factory(dict)
    """The bylines that the page shows, by what is no name in them: looking takes as long as all else here."""

    def core(self) -> _Core:
        canonical = self.canonical()
        site_name = self.site_name()
        site_names = _site_names(site_name, self.found)
        return _Core(
            canonical=canonical,
            site_name=site_name,
            published=self.date("published_at", PUBLISHED, "datePublished", "dateCreated"),
            modified=self.date("modified_at", MODIFIED, "dateModified"),
            title=self.title(site_names),
            authors=self.authors({bylines.key(name) for name in site_names}),
        )

    def canonical(self) -> str | None:
        candidates = [(self.found.canonical, "html"), *self.found.all((("opengraph", "og:url"),))[:1]]
        return self.pick("canonical_url", ((self.found.absolute(address), origin) for address, origin in candidates))

    def json(self, *names: str) -> Iterator[Any]:
        """The values of the first property that the article nodes have, best node first."""
        for name in names:
            for node in self.linked.articles:
                if node.get(name):
                    yield node[name]

    def pick(self, field: str, candidates: Iterable[tuple[str | None, str]]) -> str | None:
        for value, origin in candidates:
            if value:
                self.origins[field] = origin
                return value
        return None

    def value(self, field: str, metas: Sources, *names: str, json_first: bool = False) -> str | None:
        from_json: list[tuple[str | None, str]] = [(jsonld.text(value), "json-ld") for value in self.json(*names)]
        from_metas: list[tuple[str | None, str]] = [*self.found.all(metas)]
        return self.pick(field, from_json + from_metas if json_first else from_metas + from_json)

    def site_name(self) -> str | None:
        publishers = (self.linked.resolve(value) for value in self.json("publisher"))
        names = [(jsonld.text(value.get("name")), "json-ld") for value in publishers if isinstance(value, dict)]
        return self.pick("site_name", [*self.found.all(SITE_NAME[:1]), *names, *self.found.all(SITE_NAME[1:])])

    def title(self, names: list[str]) -> str | None:
        sections = [value for value, _ in self.found.all(SECTION)] + self.found.address()[1].split("/")
        affixes = titles.Affixes(names=names, sections=sections)
        headlines = [affixes.strip(text) for text in map(jsonld.text, self.json("headline", "name")) if text]
        metas = [(affixes.strip(value), origin) for value, origin in self.found.all(TITLE)]
        page = [(affixes.strip(self.found.title), "html")] if self.found.title else []
        heading = titles.heading(self.found.headings, [title for title, _ in metas + page])
        micro = (self.micro or {}).get("headline", [])
        # The same words in the structured data and on the tab, others on the page and where it is shared (be they the
        # same or not): the former are for search engines.
        for_search = bool(headlines and page and heading and metas) and (
            bylines.key(headlines[0]) == bylines.key(page[0][0])
            and bylines.key(headlines[0]) not in map(bylines.key, (affixes.strip(heading or ""), metas[0][0]))
        )
        # Structured data that has both calls the page's own the alternative, and says more than its section's name.
        alternatives = [affixes.strip(text) for text in map(jsonld.text, self.json("alternativeHeadline")) if text]
        for_search = for_search or bool(
            headlines
            and heading
            and bylines.key(affixes.strip(heading)) in map(bylines.key, alternatives)
            and not titles.share(bylines.key(headlines[0]), bylines.key(affixes.strip(heading)))
        )
        title = self.pick(
            "title",
            [
                *((headline, "json-ld") for headline in headlines[:1] if titles.is_whole(headline) and not for_search),
                (heading and affixes.strip(heading), "html"),
                *metas,
                *((headline, "microdata") for headline in micro),
                *((headline, "json-ld") for headline in headlines),
                *page,
                *self.found.all(TITLE_LAST),
            ],
        )
        if not title and (guessed := jsonld.clean(getattr(self.guesses, "title", None) or "")):
            title, self.origins["title"] = guessed, "trafilatura"
        for shared, origin in metas[:1]:
            if title and titles.is_kicker_and(title, shared):
                self.origins["title"] = origin
                return shared
        return title

    def authors(self, site_keys: set[str]) -> tuple[str, ...]:
        named = next(filter(None, (list(_named(value, self.linked)) for value in self.json("author", "creator"))), [])
        persons = any(not organisation for _, organisation in named)
        site_keys = site_keys | {bylines.key(value) for value, _ in self.found.all(SECTION)}
        # The site's own name counts only where no other is found: it may be a person's, on a site of one.
        for besides in (site_keys, frozenset[str]()):
            for source, origin in self.signatories([name for name, _ in named], persons, site_keys, bool(besides)):
                if people := bylines.people(source, besides=besides):
                    self.origins["authors"] = origin
                    return people
        return ()

    def signatories(
        self, names: list[str], persons: bool, site_keys: set[str], look: bool
    ) -> Iterator[tuple[Iterable[str], str]]:
        """(names, origin), best source first. The page's text and guesses are looked at only when they are reached."""
        micro = self.micro or {}
        yield names if persons else (), "json-ld"
        for origin, *keys in AUTHOR:
            for name in keys:
                yield self.found.metas.get(name, ()), origin
        yield [bylines.turned(name) for name in self.found.metas.get("citation_author", [])], "meta"
        yield micro.get("author") or micro.get("creator") or (), "microdata"
        if look:
            yield self.byline(frozenset(site_keys)), "html"
        guessed = (getattr(self.guesses, "author", None) or "").split("; ")
        # Where it begins with the site's name it is an imprint, taken apart: "The Gazette; Springfield; USA".
        yield () if bylines.key(guessed[0]) in site_keys else guessed, "trafilatura"
        yield names, "json-ld"
        yield guessed, "trafilatura"

    def byline(self, besides: frozenset[str]) -> list[str]:
        if besides not in self.shown_bylines:
            self.shown_bylines[besides] = shown.byline(self.tree, besides=besides)
        return self.shown_bylines[besides]

    def date(self, field: str, metas: Sources, *names: str) -> tuple[datetime | None, str | None]:
        candidates = [(value, "json-ld") for value in map(_date_text, self.json(*names)) if value]
        candidates += self.found.all(metas)
        candidates += [(value, "microdata") for name in names for value in (self.micro or {}).get(name, ())]
        if field == "published_at":
            candidates += [(element.get("datetime") or "", "html") for element in self.article_times()]
            tabs = [value for value, _ in self.found.all(TITLE[:1])] + [self.found.title or ""]
            if not any(parse_date(raw) for raw, _ in candidates):
                candidates.append((shown.date(self.tree, tabs) or "", "html"))
        unread: tuple[str, str] | None = None
        for raw, origin in candidates:
            moment = parse_date(raw)
            if moment:
                self.origins[field] = origin
                return moment, raw
            unread = unread or (raw, origin)
        if field == "published_at":
            moment = parse_date(getattr(self.guesses, "date", None) or "")
            if moment and moment.year >= FIRST_GUESSED_YEAR:
                self.origins[field] = "htmldate"
                return moment, None  # Its guess is no word of the page's.
        if unread and unread[0]:
            self.origins[field] = unread[1]
            return None, unread[0]
        return None, None

    def article_times(self) -> list[HtmlElement]:
        """The article's first `<time>`, else the page's where it has just one."""
        for element in self.found.times:
            if any(above.tag in ("article", "main") for above in element.iterancestors()):
                return [element]
        return self.found.times if len(self.found.times) == 1 else []

    def tags(self) -> tuple[str, ...]:
        from_json = [item for value in self.json("keywords") for item in jsonld.items(value)]
        groups: list[tuple[list[str], str]] = [([text for text in map(jsonld.text, from_json) if text], "json-ld")]
        groups += [([value for value, _ in self.found.all((group,))], group[0]) for group in TAGS]
        for values, origin in groups:
            tags: dict[str, str] = {}
            for tag in values if len(values) > 1 else re.split(r"[,;|]", "".join(values)):
                if tag := tag.strip():
                    tags.setdefault(tag.casefold(), tag)
            if tags:
                self.origins["tags"] = origin
                return tuple(tags.values())
        return ()

    def language(self) -> str | None:
        candidates: list[tuple[str | None, str]] = [(self.found.language, "html")]
        for value in self.json("inLanguage"):
            for item in jsonld.items(value):
                named = item.get("alternateName") or item.get("name") if isinstance(item, dict) else item
                candidates.append((jsonld.text(named), "json-ld"))
        candidates += self.found.all(LANGUAGES)
        for value, origin in candidates:
            match = LANGUAGE.match(value or "")
            if match and (language := match[1].lower()) not in NO_LANGUAGE:
                self.origins["language"] = origin
                return language
        return None

    def image(self) -> str | None:
        candidates: list[tuple[str | None, str]] = [*self.found.all(IMAGE)]
        for value in self.json("image", "thumbnailUrl"):
            for image in jsonld.items(value)[:1]:
                url = (
                    image.get("url") or image.get("contentUrl") or image.get("@id")
                    if isinstance(image, dict)
                    else image
                )
                candidates.append((jsonld.text(url), "json-ld"))
        return self.pick("image", ((self.found.absolute(value), origin) for value, origin in candidates))

    def titles(self) -> tuple[str, ...]:
        headings = [jsonld.clean(element.text_content()[: titles.MAX_TITLE]) for element in self.found.headings[:1]]
        linked = [jsonld.text(value) for value in self.json("headline", "name")]
        metas = [value for value, _ in self.found.all(TITLE)]
        return tuple(dict.fromkeys(filter(None, [*headings, *linked, *metas, self.found.title])))

    def descriptions(self) -> tuple[str, ...]:
        linked = [jsonld.text(value) for value in self.json("description", "abstract", "alternativeHeadline")]
        return tuple(dict.fromkeys(filter(None, [*(value for value, _ in self.found.all(DESCRIPTION)), *linked])))

    def news(self) -> bool:
        metas = self.found.metas
        return (
            "article:section" in metas
            or "news_keywords" in metas
            or any(kind in jsonld.NEWS_TYPES for node in self.linked.articles for kind in jsonld.types(node))
        )

    def article_markup(self) -> bool:
        kinds = self.found.metas.get("og:type", [])
        return bool(self.linked.articles) or self.micro is not None or "article" in (kind.lower() for kind in kinds)


def _named(value: Any, linked: jsonld.LinkedData) -> Iterator[tuple[str, bool]]:
    """(name, whether it is an organisation's) of each author in a JSON-LD value."""
    for item in jsonld.items(value):
        item = linked.resolve(item)
        if not isinstance(item, dict):
            names, organisation = [item], False
        else:
            names = jsonld.items(item.get("name"))
            if not names:
                given = (jsonld.text(item.get("givenName")), jsonld.text(item.get("familyName")))
                names = [" ".join(filter(None, given))]
            organisation = any("Organization" in kind or kind == "Corporation" for kind in jsonld.types(item))
        for name in names:
            if text := jsonld.text(name):
                yield text, organisation


def _date_text(value: Any) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else jsonld.text(value)


def _page_key(address: str) -> str:
    """An address for comparing: without scheme, `www.`, fragment and closing slash."""
    return re.sub(r"\A(?:https?:)?//(?:www\.)?", "", address.split("#")[0].strip().lower()).rstrip("/")


def _paywalled(articles: Iterable[jsonld.Node]) -> Iterator[str]:
    for node in articles:
        for part in jsonld.items(node.get("hasPart")):
            if isinstance(part, dict) and jsonld.free(part) is False:
                yield from (text for text in map(jsonld.text, jsonld.items(part.get("cssSelector"))) if text)


def _word_count(articles: Iterable[jsonld.Node]) -> int | None:
    for node in articles:
        value = node.get("wordCount")
        digits = re.sub(r"[\s,.]", "", str(value)) if isinstance(value, (int, str)) else ""
        if re.fullmatch(r"[1-9]\d{0,6}", digits):
            return int(digits)
    return None


def _site_names(site_name: str | None, found: markup.Markup) -> list[str]:
    """What the site may call itself in titles and bylines: its names, and its domain with and without its ending."""
    host = found.address()[0]
    labels = host.split(".")
    names = [site_name or "", *(value for value, _ in found.all(SITE_NAME))]
    return [name for name in (*names, host, ".".join(labels[-2:]), max(labels[:-1], key=len, default="")) if name]
