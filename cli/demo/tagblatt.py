"""The look of the Kesselfurter Tagblatt: an old template, dated every day, with a most-read column."""

from collections.abc import Sequence

from cli.demo.articles import Article
from cli.demo.dates import day_and_month, stamp, weekday
from cli.demo.markup import Block, escape, inline
from cli.demo.metadata import WALL_CLASS, article_head
from cli.demo.template import Template

# As many as the column shows.
MOST_READ = 4


class TagblattTemplate(Template):
    """Pages that differ every day around an article that does not, and that carry no validators."""

    validators = False
    feed_is_rss = False

    def article(self, article: Article, related: Sequence[Article], online: Sequence[Article]) -> str:
        words = self.words(article.language)
        return self.page(
            language=article.language,
            title=f"{article.title} - {article.section.title} - {self.masthead.name}",
            head=article_head(article, self.masthead, self.base),
            main="\n".join(
                [
                    '<div class="spalte-haupt">',
                    '<div class="artikel">',
                    f'<div class="dachzeile">{escape(article.section.title)}</div>',
                    f"<h1>{escape(article.title)}</h1>",
                    f'<p class="vorspann">{escape(article.standfirst)}</p>',
                    self.credits(article),
                    f'<div class="artikel-text">\n{self.body(article, related)}\n</div>',
                    self.wall(article) if article.access == "paywalled" else "",
                    self.plea(article) if article.appeal != "none" else "",
                    self.newsletter(article.language),
                    f'<div class="mehr"><b>{words["related"]}</b><ul>',
                    *(f'<li><a href="{one.path}">{escape(one.title)}</a></li>' for one in related),
                    "</ul></div>\n</div>\n</div>",
                    self.most_read(article, online),
                ]
            ),
        )

    def credits(self, article: Article) -> str:
        """Byline and dates in one line."""
        words = self.words(article.language)
        line = (
            f'<span class="autor">{self.byline(article)}</span> | <time datetime="{article.published.isoformat()}">'
            f"{stamp(article.published, article.language)}</time>"
        )
        if article.modified:
            line += f" | {words['updated']} {stamp(article.modified, article.language)}"
        return f'<div class="zeile">{line}</div>'

    def body(self, article: Article, related: Sequence[Article]) -> str:
        """The blocks, with a hint to another article after the second paragraph of longer ones."""
        parts = [self.block(block) for block in article.shown]
        breaks = [place for place, block in enumerate(article.shown, start=1) if block.kind == "paragraph"]
        if related and len(breaks) > 3:
            words = self.words(article.language)
            other = related[-1]
            parts.insert(
                breaks[1], f'<p><b>{words["read_also"]}</b> <a href="{other.path}">{escape(other.title)}</a></p>'
            )
        return "\n".join(parts)

    def block(self, block: Block) -> str:
        match block.kind:
            case "paragraph":
                return f"<p>{inline(block.rows[0][0])}</p>"
            case "heading":
                return f'<h3 class="zwischentitel">{inline(block.rows[0][0])}</h3>'
            case "list":
                return '<ul class="liste">\n' + "".join(f"<li>{inline(row[0])}</li>\n" for row in block.rows) + "</ul>"
            case "quote":
                said, who = block.rows[0]
                source = f"<br><i>{inline(who)}</i>" if who else ""
                return f'<blockquote class="zitat">{inline(said)}{source}</blockquote>'
            case "table":
                return f'<div class="tabelle"><table border="1">{self.table(block)}</table></div>'
            case "figure":
                name, alternative, caption, credit = block.rows[0]
                return (
                    f'<div class="bild"><img src="/media/{name}.svg" alt="{escape(alternative)}">\n'
                    f'<div class="bildtext">{inline(caption)}</div><div class="foto">{inline(credit)}</div></div>'
                )
            case "entry":
                clock, heading = block.rows[0]
                return f'<h3 class="zwischentitel">{clock} {inline(heading)}</h3>'
            case "wall":
                return ""

    def wall(self, article: Article) -> str:
        """What stands in the place of the rest of a paywalled article."""
        words = self.words(article.language)
        return (
            f'<div class="{WALL_CLASS}"><h3>{words["wall_title"]}</h3>\n<p>{words["wall_text"]}</p>\n'
            f'<p><a href="/mitglied/">{words["wall_button"]}</a></p></div>'
        )

    def plea(self, article: Article) -> str:
        """The call for members."""
        appeal = self.masthead.appeals[article.language]
        return "\n".join(
            [
                f'<div class="b2 b2-17"><p><b>{escape(appeal.title)}</b></p>',
                *(f"<p>{escape(paragraph)}</p>" for paragraph in appeal.paragraphs),
                f"<p>{' · '.join(map(escape, appeal.rhythms))}</p>",
                f"<p>{' · '.join(map(escape, appeal.amounts))}</p>",
                f'<p><a href="/mitglied/">{escape(appeal.button)}</a></p>',
                f"<p>{escape(appeal.note)}</p></div>",
            ]
        )

    def newsletter(self, language: str) -> str:
        """The box that asks for an email address."""
        words = self.words(language)
        return (
            f'<div class="nl"><b>{words["newsletter_title"]}</b>\n<p>{words["newsletter_text"]}</p>\n'
            '<form action="/newsletter/" method="get"><input type="text" name="email" value=""> '
            f'<input type="submit" value="{words["newsletter_button"]}"></form></div>'
        )

    def most_read(self, article: Article, online: Sequence[Article]) -> str:
        """The column beside the article. Which articles it holds turns with the date."""
        listed = [one for one in online if "section" in one.listed_in and one.public and one.path != article.path]
        start = self.built_at.toordinal() % len(listed)
        chosen = (listed + listed)[start : start + MOST_READ]
        items = "".join(f'<li><a href="{one.path}">{escape(one.title)}</a></li>\n' for one in chosen)
        return f'<div class="spalte-rand"><b>{self.words(article.language)["most_read"]}</b>\n<ol>\n{items}</ol></div>'

    def listing(self, articles: Sequence[Article]) -> str:
        return "\n".join(
            f'<div class="teaser"><div class="dachzeile">{escape(one.section.title)}</div>\n'
            f'<h2><a href="{one.old_path or one.path}">{escape(one.title)}</a></h2>\n<p>{escape(one.standfirst)} '
            f'<span class="zeit">{stamp(one.published, one.language)}</span></p></div>'
            for one in articles
        )

    def dateline(self, language: str) -> str:
        return f"{weekday(self.built_at, language)}, {day_and_month(self.built_at, language)} {self.built_at.year}"
