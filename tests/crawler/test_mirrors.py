"""A publication that moves to another address keeps one history a page."""

from typing import Any


def configure(backissue: Any, home: Any, more: str = "") -> None:
    home.made["/map.xml"] = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<url><loc>{home.url('/story/the-quay')}</loc></url></urlset>"
    ).encode()
    backissue.archive.mkdir(parents=True, exist_ok=True)
    text = f'[sources.paper]\nhome = "{home.url("/")}"\nsitemaps = ["{home.url("/map.xml")}"]\ndelay = 0\n'
    (backissue.archive / "sources.toml").write_text(text + "allow_private = true\n" + more, encoding="utf-8")


def test_an_edit_after_a_move_is_a_change_of_the_same_page(site: Any, second_site: Any, backissue: Any) -> None:
    site.publish("/story/the-quay", "Quay mended")
    second_site.publish("/story/the-quay", "Quay mended twice")
    configure(backissue, site)
    assert [row["outcome"] for row in backissue.json("crawl", "--json")] == ["new"]
    configure(backissue, second_site, f'mirrors = ["{site.url("/")}"]\n')
    rows = backissue.json("crawl", "--json")
    assert {row["url"]: row["outcome"] for row in rows}[second_site.url("/story/the-quay")] == "changed"
    for asked in (site, second_site):
        history = backissue.json("history", "--json", asked.url("/story/the-quay"))
        assert [row["url"] for row in history] == [site.url("/story/the-quay"), second_site.url("/story/the-quay")]
        assert history[1]["change"]["kinds"]["headline"] == 1
