"""What every site's template can lay out."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from string import Template as Text

from cli.demo.articles import Article
from cli.demo.markup import Block, escape, inline
from cli.demo.masthead import Masthead, Section, SmallPage


class Template(ABC):
    """The look of one site on one day. Each method returns a whole HTML page."""

    validators: bool
    """Whether article pages and the feed carry ETag and Last-Modified."""

    feed_is_rss: bool
    """RSS 2.0, else Atom."""

    def __init__(self, masthead: Masthead, base: str, built_at: datetime) -> None:
        """`base` is the site's address without a slash; `built_at` is when the day's edition closes."""
        self.masthead = masthead
        self.base = base
        self.built_at = built_at

    @abstractmethod
    def article(self, article: Article, related: Sequence[Article], online: Sequence[Article]) -> str:
        """An article page. `online` is all that the site has that day, newest first."""

    @abstractmethod
    def block(self, block: Block) -> str:
        """One part of a body."""

    @abstractmethod
    def listing(self, articles: Sequence[Article]) -> str:
        """Teasers, to stand inside a page."""

    def home(self, articles: Sequence[Article]) -> str:
        """The front page."""
        return self.page(
            language=self.masthead.language,
            title=f"{self.masthead.name} – {self.masthead.tagline}",
            head=f'<link rel="canonical" href="{self.base}/">\n'
            f'<meta name="description" content="{escape(self.masthead.tagline)}">\n'
            '<meta property="og:type" content="website">',
            main=self.listing(articles),
        )

    def section(self, section: Section, articles: Sequence[Article]) -> str:
        """A section's page."""
        return self.page(
            language=section.language,
            title=f"{section.title} | {self.masthead.name}",
            head=f'<link rel="canonical" href="{self.base}{section.path}">',
            main=f"<h1>{escape(section.title)}</h1>\n{self.listing(articles)}",
        )

    def small_page(self, page: SmallPage, tagged: Sequence[Article]) -> str:
        """Imprint, contact, a topic with its articles."""
        blocks = "\n".join(self.block(block) for block in page.blocks)
        return self.page(
            language=self.masthead.language,
            title=f"{page.title} | {self.masthead.name}",
            head=f'<link rel="canonical" href="{self.base}{page.path}">',
            main=f"<h1>{escape(page.title)}</h1>\n{blocks}\n{self.listing(tagged) if page.tag else ''}",
        )

    def not_found(self) -> str:
        """The error page."""
        words = self.words(self.masthead.language)
        return self.page(
            language=self.masthead.language,
            title=f"{words['not_found_title']} | {self.masthead.name}",
            head='<meta name="robots" content="noindex">',
            main=f"<h1>{words['not_found_title']}</h1>\n<p>{words['not_found_text']}</p>",
        )

    def page(self, *, language: str, title: str, head: str, main: str) -> str:
        """The shell around `main`, with navigation and footer."""
        return Text(self.masthead.page_template).substitute(
            self.words(language),
            language=language,
            title=escape(title),
            head=head,
            main=main,
            name=escape(self.masthead.name),
            tagline=escape(self.masthead.tagline),
            sections="\n".join(
                f'<li><a href="{section.path}">{escape(section.title)}</a></li>' for section in self.masthead.sections
            ),
            pages="\n".join(
                f'<li><a href="{page.path}">{escape(page.title)}</a></li>'
                for page in self.masthead.pages
                if not page.tag
            ),
            topics="\n".join(
                f'<li><a href="{page.path}">{escape(page.title)}</a></li>' for page in self.masthead.pages if page.tag
            ),
            year=str(self.built_at.year),
            dateline=self.dateline(language),
        )

    def dateline(self, language: str) -> str:
        """The date in the page's header. Empty where the site prints none."""
        return ""

    def words(self, language: str) -> dict[str, str]:
        """The template's own words in a language, the site's first one where it has none."""
        return self.masthead.words.get(language, self.masthead.words[self.masthead.language])

    def byline(self, article: Article, *, link: str = "") -> str:
        """`By A and B`, each name linked where there is a page for it."""
        words = self.words(article.language)
        names = [f'<a href="{link}">{escape(name)}</a>' if link else escape(name) for name in article.authors]
        return f"{words['by']} " + f" {words['and_']} ".join(names)

    def table(self, block: Block) -> str:
        """A table's head and rows, without the element around them."""
        head, *rows = block.rows
        return (
            f"<thead><tr>{''.join(f'<th>{inline(cell)}</th>' for cell in head)}</tr></thead>\n<tbody>"
            + "".join(f"<tr>{''.join(f'<td>{inline(cell)}</td>' for cell in row)}</tr>\n" for row in rows)
            + "</tbody>"
        )
