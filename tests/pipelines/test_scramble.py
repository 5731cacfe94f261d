"""Scrambled text told from text in languages, tables and codes that look odd as well."""

import codecs

import pytest

from pipelines.access.scramble import SIGN, mark, shift
from storage.article import Block, BlockKind

TEXTS = {
    "en": "The council met on Tuesday and agreed to mend the eastern quay before the winter storms come from the sea.",
    "de": "Der Rat hat am Dienstag beschlossen, den östlichen Kai vor den Winterstürmen instand setzen zu lassen.",
    "fr": "Le conseil a décidé mardi de réparer le quai de l'est avant que les tempêtes n'arrivent du large.",
    "pl": "Rada zdecydowała we wtorek, że wschodnie nabrzeże zostanie naprawione jeszcze przed zimowymi sztormami.",
    "fi": "Kaupunginvaltuusto päätti tiistaina korjata itäisen laiturin ennen talven myrskyjä, jotka tulevat mereltä.",
    "tr": "Belediye meclisi salı günü, kış fırtınaları gelmeden önce doğu rıhtımının onarılmasına karar verdi.",
    "zu": "Umkhandlu uvumelane ngoLwesibili ukuthi kulungiswe ichweba elingasempumalanga ngaphambi kwezivunguvungu.",
    "vi": "Hội đồng thành phố đã họp vào thứ ba và đồng ý sửa chữa bến cảng phía đông trước khi bão mùa đông đến.",
}


def moved(text: str, by: int) -> str:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    return text.lower().translate(str.maketrans(alphabet, alphabet[by:] + alphabet[:by]))


@pytest.mark.parametrize("language", TEXTS)
def test_prose_in_clear_is_not_scrambled(language: str) -> None:
    assert shift(TEXTS[language]) is None


@pytest.mark.parametrize("language", ["en", "de", "fr", "pl", "fi", "tr"])
@pytest.mark.parametrize("by", [1, 3, 13])
def test_shifted_prose_is_known_by_its_letters(language: str, by: int) -> None:
    assert shift(moved(TEXTS[language], by)) == by


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Too short",
        codecs.encode("too short as well", "rot13"),
        "xxxxx ------ xxx ooo " * 20,
        "Совет города собрался во вторник и решил починить восточный причал до зимних штормов, которые придут с моря.",
        "巨大地震への備えを進めるため、市は新しい計画をまとめた。" * 4,
        "https://www.harbour.example/?utm_source=gazette&utm_medium=cpc&id=0123456789abcdef0123456789",
    ],
)
def test_what_is_no_latin_prose_is_not_judged(text: str) -> None:
    assert shift(text) is None


def test_a_short_line_between_scrambled_ones_is_scrambled_too() -> None:
    lines = [TEXTS["en"], moved(TEXTS["de"], 1), "Xjf hfiut ft?", moved(TEXTS["fr"], 1), "In short"]
    marked = mark([Block(kind=BlockKind.PARAGRAPH, text=line) for line in lines])
    assert [SIGN in block.signs for block in marked] == [False, True, True, True, False]
