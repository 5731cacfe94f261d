"""`sources memory`: what a site taught, and what its archive's owner makes of it."""

from typing import Any


def five(gazette: Any) -> None:
    gazette.take_in([(f"/{name}", gazette.page(name, box=gazette.box), n) for n, name in enumerate(gazette.names)])


def test_what_a_site_taught_is_told_line_by_line(gazette: Any) -> None:
    five(gazette)
    lines = {row["text"]: row for row in gazette.backissue.json("sources", "memory", "--json", gazette.site)}
    box = lines[gazette.box[0]]
    assert box["articles"] == box["cut"] == 5
    assert (box["first_seen_at"], box["last_seen_at"]) == ("2025-03-04T05:06:07Z", "2025-03-08T05:06:07Z")
    assert (box["generation"], box["forgotten"], box["overruled"], box["long"]) == (1, False, None, True)
    assert not any(line in lines for name in gazette.names for line in gazette.paragraphs(name))
    # A URL of the site names it too, and people get a line for each.
    said = gazette.backissue("sources", "memory", f"{gazette.host}/whatever").stdout
    assert f"{box['key']}  {gazette.box[0]}\n    on 5 articles" in said


def test_an_overruling_takes_effect_at_once_and_can_be_lifted(gazette: Any) -> None:
    five(gazette)
    command = gazette.backissue
    own = gazette.paragraphs("b")
    assert command("sources", "memory", gazette.site, "--keep", gazette.box[1].upper()).returncode == 0
    assert gazette.text("/a").splitlines()[3] == gazette.box[1]
    assert command("sources", "memory", gazette.site, "--cut", own[2]).returncode == 0
    assert gazette.text("/b").splitlines() == [*own[:2], gazette.box[1], *own[3:]]
    assert own[2] in command("show", "--raw", f"{gazette.host}/b").stdout
    assert f"[ruled out by the archive's owner] {own[2]}" in command("show", "--removed", f"{gazette.host}/b").stdout
    rows = command.json("sources", "memory", "--json", gazette.site)
    decided = {row["text"]: row for row in rows if row["overruled"]}
    assert {text: row["overruled"] for text, row in decided.items()} == {
        gazette.box[1]: "keep", own[2]: "cut",
    }  # fmt: skip
    for row in decided.values():
        lifted = command.json("sources", "memory", "--json", gazette.site, "--forget-overruling", row["key"])
        assert lifted[0]["overruled"] is None
    assert gazette.texts() == {f"{gazette.host}/{name}": "\n".join(gazette.paragraphs(name)) for name in gazette.names}


def test_an_overruling_holds_for_what_comes_later(gazette: Any) -> None:
    five(gazette)
    gazette.backissue("sources", "memory", gazette.site, "--keep", gazette.box[0])
    gazette.take_in([("/d", gazette.page("d", box=gazette.box), 40)])
    assert gazette.box[0] in gazette.text("/d")
    assert gazette.box[1] not in gazette.text("/d")


def test_a_site_with_the_same_template_is_kin(gazette: Any) -> None:
    template = [*gazette.box, "Read us on paper too: ask for your free copy at any of our kiosks in town."]
    gazette.take_in([(f"/{name}", gazette.page(name, box=template), n) for n, name in enumerate(gazette.names)])
    # One page only, so that nothing repeats on the other site itself.
    gazette.take_in([("https://inland-gazette.example/x", gazette.page("x", box=template), 5)])
    text = gazette.texts()["https://inland-gazette.example/x"].splitlines()
    assert set(template).isdisjoint(text)
    assert gazette.paragraphs("x")[0] in text
    rows = gazette.backissue.json("sources", "memory", "--json", "inland-gazette.example")
    assert {row["kin"] for row in rows if "kin" in row} == {gazette.site}
    assert {row["site"] for row in rows if row.get("cut")} == {gazette.site}
    # Two lines in common are no template.
    gazette.take_in([("https://far.example/y", gazette.page("y", box=template[:2]), 5)])
    assert template[0] in gazette.texts()["https://far.example/y"]


def test_a_mistake_is_one_line(gazette: Any) -> None:
    five(gazette)
    for words in (
        ("nowhere.example",),
        (gazette.site, "--cut", "…"),
        (gazette.site, "--cut", "a line", "--keep", "another line"),
    ):
        done = gazette.backissue("sources", "memory", *words)
        assert done.returncode == 2, words
        assert len(done.stderr.strip().splitlines()) == 1
        assert done.stdout == ""
