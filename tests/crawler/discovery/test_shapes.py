"""What a site's own URLs teach about its links."""

from crawler.discovery.section import parse_section
from crawler.discovery.shapes import ENOUGH, Shapes, learnt, shape_of

SITE = "https://courier.example"


def test_urls_that_differ_in_numbers_and_in_the_words_of_slugs_have_one_shape() -> None:
    one = shape_of(f"{SITE}/town/2026/quay-mended-at-last-12345.html")
    assert one == shape_of(f"{SITE}/town/2025/ferry-sails-again-on-monday-98765.html")
    assert one != shape_of(f"{SITE}/sport/2026/quay-mended-at-last-12345.html")
    assert shape_of("no url") is None


def listing(shapes: Shapes) -> tuple[set[str], dict[str, int]]:
    hrefs = ("/n/quay", "/n/ferry", "/topics/the-long-list-of-quays", "/guides/where-to-eat-in-brackwater")
    html = "".join(f'<a href="{href}">x</a>' for href in hrefs)
    found = parse_section(f"<html><body>{html}</body></html>".encode(), f"{SITE}/", shapes=shapes)
    return {article.url.removeprefix(SITE) for article in found.articles}, dict(found.skipped)


def test_links_of_the_shape_of_a_sites_articles_are_taken_and_of_its_other_pages_left_out() -> None:
    by_structure, _ = listing(Shapes())
    assert by_structure == {"/guides/where-to-eat-in-brackwater"}
    topics = [f"{SITE}/topics/the-long-story-number-{n}-of-all" for n in "abcdef"]
    guides = [f"{SITE}/guides/where-to-{word}-in-town" for word in ("eat", "sleep", "dance", "swim", "row", "walk")]
    by_shape, skipped = listing(learnt(topics, guides))
    assert by_shape == {"/topics/the-long-list-of-quays"}
    assert skipped["shape_of_no_article"] == 1


def test_a_few_urls_or_a_shape_that_both_have_teach_nothing() -> None:
    few = [f"{SITE}/topics/the-long-story-{n}" for n in "abcdefgh"]
    assert learnt(few[: ENOUGH - 1], []) == Shapes()
    assert learnt(few, few[:ENOUGH]) == Shapes()
