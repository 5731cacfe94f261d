"""The look of the Tarnmouth Ledger: machine-made class names, a donation plea inside the text."""

from collections.abc import Sequence

from cli.demo.articles import Article
from cli.demo.dates import stamp
from cli.demo.markup import Block, escape, inline
from cli.demo.metadata import article_head
from cli.demo.template import Template


class LedgerTemplate(Template):
    """Pages that change only when their article does, so that a crawler is answered with 304."""

    validators = True
    feed_is_rss = True

    def article(self, article: Article, related: Sequence[Article], online: Sequence[Article]) -> str:
        words = self.words(article.language)
        section = article.section
        return self.page(
            language=article.language,
            title=f"{article.title} | {self.masthead.name}",
            head=article_head(article, self.masthead, self.base),
            main="\n".join(
                [
                    '<article class="css-1t4kxe">',
                    f'<p class="css-8qv0"><a href="{section.path}">{escape(section.title)}</a></p>',
                    f'<h1 class="css-d93m1p">{escape(article.title)}</h1>',
                    f'<p class="css-2hzw7">{escape(article.standfirst)}</p>',
                    self.credits(article),
                    *self.body(article),
                    f'<p class="css-3yfq">{words["topics"]} {self.topics(article)}</p>' if article.tags else "",
                    "</article>",
                    f'<section class="css-m2r8u"><h2>{words["related"]}</h2>\n<ul>',
                    *(f'<li><a href="{one.path}">{escape(one.title)}</a></li>' for one in related),
                    "</ul></section>",
                ]
            ),
        )

    def credits(self, article: Article) -> str:
        """Byline, dates and the row of share links."""
        words = self.words(article.language)
        when = f'<time datetime="{article.published.isoformat()}">{stamp(article.published, article.language)}</time>'
        if article.modified:
            when += (
                f' · {words["updated"]} <time datetime="{article.modified.isoformat()}">'
                f"{stamp(article.modified, article.language)}</time>"
            )
        return (
            f'<div class="css-v71jn"><p>{self.byline(article, link="/staff/")}</p>\n<p>{when}</p>\n'
            f'<p><a href="#share">{words["share"]}</a> <a href="#save">{words["save"]}</a></p></div>'
        )

    def body(self, article: Article) -> list[str]:
        """The blocks, with the newsletter box a third into the text and the plea in the middle or at the end."""
        parts = [self.block(block) for block in article.shown]
        breaks = [place for place, block in enumerate(article.shown, start=1) if block.kind == "paragraph"]
        inserts: list[tuple[int, str]] = [(breaks[len(breaks) // 3], self.newsletter(article.language))]
        if article.appeal == "middle":
            inserts.append((breaks[len(breaks) // 2], self.plea(article.language)))
        elif article.appeal == "end":
            inserts.append((len(parts), self.plea(article.language)))
        for place, insert in sorted(inserts, reverse=True):
            parts.insert(place, insert)
        return parts

    def block(self, block: Block) -> str:
        match block.kind:
            case "paragraph":
                return f"<p>{inline(block.rows[0][0])}</p>"
            case "heading":
                return f"<h2>{inline(block.rows[0][0])}</h2>"
            case "list":
                return "<ul>\n" + "".join(f"<li>{inline(row[0])}</li>\n" for row in block.rows) + "</ul>"
            case "quote":
                said, who = block.rows[0]
                cite = f"\n<cite>{inline(who)}</cite>" if who else ""
                return f"<blockquote><p>{inline(said)}</p>{cite}</blockquote>"
            case "table":
                return f"<table>{self.table(block)}</table>"
            case "figure":
                name, alternative, caption, credit = block.rows[0]
                return (
                    f'<figure><img src="/media/{name}.svg" alt="{escape(alternative)}" width="960" height="540">\n'
                    f"<figcaption>{inline(caption)} <span>{inline(credit)}</span></figcaption></figure>"
                )
            case "entry":
                clock, heading = block.rows[0]
                return f'<h3 id="t{clock.replace(":", "")}"><time>{clock}</time> {inline(heading)}</h3>'
            case "wall":
                return ""

    def plea(self, language: str) -> str:
        """The call for donations, in elements that say nothing about what they are."""
        appeal = self.masthead.appeals[language]
        return "\n".join(
            [
                f'<div class="css-k0x93f"><div class="css-k0x93g"><p><strong>{escape(appeal.title)}</strong></p>',
                *(f"<p>{escape(paragraph)}</p>" for paragraph in appeal.paragraphs),
                '<div class="css-z4t">',
                *(f"<p>{escape(rhythm)}</p>" for rhythm in appeal.rhythms),
                '</div>\n<div class="css-z4u">',
                *(f"<p>{escape(amount)}</p>" for amount in appeal.amounts),
                f'</div>\n<p><a href="/donate/">{escape(appeal.button)}</a></p>',
                f"<p>{escape(appeal.note)}</p></div></div>",
            ]
        )

    def newsletter(self, language: str) -> str:
        """The box that asks for an email address."""
        words = self.words(language)
        return (
            f'<div class="css-q5ln2"><p><strong>{words["newsletter_title"]}</strong></p>\n'
            f"<p>{words['newsletter_text']}</p>\n"
            '<form action="/newsletter/" method="get"><input type="email" name="email" '
            f'placeholder="{words["newsletter_field"]}"><button>{words["newsletter_button"]}</button></form></div>'
        )

    def topics(self, article: Article) -> str:
        """Links to the article's topics."""
        pages = {page.tag: page for page in self.masthead.pages if page.tag}
        return ", ".join(f'<a href="{pages[tag].path}">{escape(pages[tag].title)}</a>' for tag in article.tags)

    def listing(self, articles: Sequence[Article]) -> str:
        return "\n".join(
            f'<div class="css-7ubk"><h2><a href="{one.old_path or one.path}">{escape(one.title)}</a></h2>\n'
            f"<p>{escape(one.standfirst)}</p>\n"
            f"<p>{self.byline(one)} · {stamp(one.published, one.language)}</p></div>"
            for one in articles
        )
