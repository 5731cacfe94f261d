"""Bodies as servers send them, and bytes as pages label them, whole, wrong and hostile."""

import codecs
import gzip
import json
import pickle
import random
import tracemalloc
import zlib
from pathlib import Path

import brotli
import pytest
import zstandard

from storage.errors import BackissueError
from storage.markup.charset import LABELS
from storage.markup.decode import (
    MAX_CODINGS,
    BodyTooLarge,
    UnknownEncoding,
    decode_body,
    decode_text,
    scrub,
)

HOSTILE = Path(__file__).resolve().parents[3] / "shared" / "hostile"
needs_hostile = pytest.mark.skipif(not HOSTILE.is_dir(), reason=f"the hostile input of {HOSTILE} is not here")

PAGE = "<!doctype html><html><body><p>Die Brücke über den Fluß ist gesperrt.</p></body></html>".encode()
# Long enough for several steps, and with nothing that repeats.
LONG = b"<html>" + random.Random(7).randbytes(300_000)


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


CODED = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("name", CODED)
@pytest.mark.parametrize("body", [PAGE, LONG, PAGE * 20_000], ids=["short", "random", "repeated"])
def test_every_coding_gives_back_what_was_coded(name: str, body: bytes) -> None:
    decoded = decode_body(CODED[name](body), name)
    assert decoded.complete
    assert decoded.data == body


@pytest.mark.parametrize("header", [None, "", "identity", "none", "UTF-8", " identity , "])
def test_no_coding_leaves_the_body_as_it_is(header: str | None) -> None:
    assert decode_body(PAGE, header).data == PAGE


def test_codings_are_undone_last_one_first_whatever_their_case() -> None:
    body = gzip.compress(zlib.compress(brotli.compress(PAGE)))
    decoded = decode_body(body, "BR, Deflate ,identity, X-GZIP")
    assert (decoded.data, decoded.complete) == (PAGE, True)


def test_deflate_without_its_header_is_read() -> None:
    assert decode_body(raw_deflate(PAGE), "deflate").data == PAGE


def test_all_members_of_a_gzip_file_are_read_and_padding_is_not() -> None:
    body = gzip.compress(LONG[:1000]) + gzip.compress(b"") + gzip.compress(LONG[1000:]) + b"\0" * 512
    decoded = decode_body(body, "gzip")
    assert (decoded.data, decoded.complete) == (LONG, True)


def test_all_frames_of_a_zstd_stream_are_read() -> None:
    skippable = b"\x5a\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"
    decoded = decode_body(skippable + zstandard.compress(LONG) + zstandard.compress(PAGE), "zstd")
    assert (decoded.data, decoded.complete) == (LONG + PAGE, True)


@pytest.mark.parametrize("name", CODED)
def test_a_body_that_was_decoded_already_is_taken_as_it_is(name: str) -> None:
    assert decode_body(PAGE, name).data == PAGE
    assert decode_body(b"\xef\xbb\xbf\n  " + PAGE, name).data == b"\xef\xbb\xbf\n  " + PAGE
    assert decode_body(PAGE, name).complete


@pytest.mark.parametrize("name", CODED)
def test_an_empty_body_is_empty(name: str) -> None:
    assert decode_body(b"", name).data == b""
    assert decode_body(b"", name).complete


@pytest.mark.parametrize("name", CODED)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_body_that_was_cut_off_is_read_up_to_there(name: str, share: float) -> None:
    coded = CODED[name](LONG)
    decoded = decode_body(coded[: int(len(coded) * share)], name)
    assert not decoded.complete
    assert LONG.startswith(decoded.data)
    # What is lost is one block at most: 128 KiB with zstd and brotli.
    assert len(decoded.data) > len(LONG) * share - 131_073


def test_every_cut_of_a_small_gzip_body_is_seen() -> None:
    coded = gzip.compress(PAGE)
    for end in range(2, len(coded)):
        decoded = decode_body(coded[:end], "gzip")
        assert not decoded.complete
        assert PAGE.startswith(decoded.data)


@pytest.mark.parametrize("name", ["gzip", "deflate"])
def test_a_body_with_a_damaged_end_keeps_all_its_text(name: str) -> None:
    coded = bytearray(CODED[name](LONG))
    coded[-6 if name == "gzip" else -1] ^= 0xFF
    decoded = decode_body(bytes(coded), name)
    assert (decoded.data, decoded.complete) == (LONG, False)


def test_damage_in_an_inner_coding_is_seen_through_a_whole_outer_one() -> None:
    inner = gzip.compress(LONG)
    decoded = decode_body(brotli.compress(inner[:-5000]), "gzip, br")
    assert not decoded.complete
    assert LONG.startswith(decoded.data)


@pytest.mark.parametrize("name", CODED)
def test_noise_under_a_coding_never_breaks_the_reader(name: str) -> None:
    chance = random.Random(11)
    magic = {"gzip": b"\x1f\x8b\x08\0", "zstd": b"\x28\xb5\x2f\xfd"}.get(name, b"")
    for _ in range(300):
        noise = chance.randbytes(chance.randrange(1, 400))
        assert isinstance(decode_body(noise, name).data, bytes)
        decode_body(magic + noise, name)
        coded = bytearray(CODED[name](LONG[:3000]))
        coded[chance.randrange(len(coded))] ^= chance.randrange(1, 256)
        decode_body(bytes(coded), name)


@pytest.mark.parametrize("name", CODED)
def test_a_bomb_stops_at_the_limit_and_never_takes_more_memory(name: str) -> None:
    limit = 1024 * 1024
    bomb = CODED[name](bytes(40 * limit))
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge):
            decode_body(bomb, name, limit=limit)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < limit + 2 * 1024 * 1024  # ZSTD_INPUT_BYTES: one step puts out 2 MiB at most.


def test_a_bomb_inside_a_bomb_stops_at_the_inner_one() -> None:
    with pytest.raises(BodyTooLarge):
        decode_body(gzip.compress(gzip.compress(bytes(5_000_000))), "gzip, gzip", limit=1_000_000)
    file_name = b"x" * 5_000_000  # In the inner header: the middle layer is large, and nothing comes out of it.
    with pytest.raises(BodyTooLarge):
        decode_body(gzip.compress(b"\x1f\x8b\x08\x08\0\0\0\0\0\3" + file_name), "gzip, gzip", limit=1_000_000)


def test_a_body_of_just_the_limit_is_taken() -> None:
    assert len(decode_body(gzip.compress(bytes(5000)), "gzip", limit=5000).data) == 5000
    with pytest.raises(BodyTooLarge):
        decode_body(bytes(5001), None, limit=5000)


@pytest.mark.parametrize("header", ["compress", "gzip, dcb", "x" * 5000, ", ".join(["gzip"] * (MAX_CODINGS + 1))])
def test_an_unknown_coding_is_refused_with_a_word_on_what_to_do(header: str) -> None:
    with pytest.raises(UnknownEncoding) as caught:
        decode_body(PAGE, header)
    assert len(str(caught.value)) < 400
    assert str(caught.value).endswith("exclude it from its source.")


@pytest.mark.parametrize("error", [BodyTooLarge(1000), UnknownEncoding("compress")])
def test_errors_cross_processes_whole(error: BackissueError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
    assert "\n" not in str(error)


@needs_hostile
@pytest.mark.parametrize(
    ("file", "header"),
    [
        ("html-br.bin", "br"),
        ("html-gzip.bin", "gzip"),
        ("html-gzip-deflate.bin", "gzip, deflate"),
        ("html-gzip-deflate-gzip.bin", "gzip, deflate, gzip"),
        ("html-rawdeflate.bin", "deflate"),
        ("html-zlibdeflate.bin", "deflate"),
        ("html-zstd-static-content-size.bin", "zstd"),
        ("html-zstd-static-no-content-size.bin", "zstd"),
        ("html-zstd-streaming-no-content-size.bin", "zstd"),
    ],
)
def test_bodies_of_other_peoples_servers_are_read(file: str, header: str) -> None:
    decoded = decode_body((HOSTILE / "compressed" / file).read_bytes(), header)
    assert decoded.complete
    assert len(decoded.data) in (74837, 74840)
    assert decoded.data.rstrip().endswith(b"</html>")


@needs_hostile
@pytest.mark.parametrize(("file", "header"), [("br", "br"), ("deflate", "deflate"), ("gzip", "gzip"), ("zstd", "zstd")])
def test_other_peoples_bombs_are_refused(file: str, header: str) -> None:
    body = (HOSTILE / "compressed" / f"bomb-{file}.bin").read_bytes()
    with pytest.raises(BodyTooLarge):
        decode_body(body, header, limit=1024 * 1024)
    assert len(decode_body(body, header).data) > 11_000_000


@needs_hostile
def test_other_peoples_cut_off_bodies_are_read_up_to_there() -> None:
    folder = HOSTILE / "compressed"
    for file, least in (("truncated-crc-error-short.gz", 3700), ("truncated-crc-error.gz", 25_000)):
        decoded = decode_body((folder / file).read_bytes(), "gzip")
        assert not decoded.complete
        assert len(decoded.data) > least


# Characters


def test_utf8_goes_before_every_label() -> None:
    read = decode_text(PAGE, "text/html; charset=ISO-8859-15")
    assert (read.encoding, read.origin) == ("utf-8", "utf-8")
    assert "Brücke über den Fluß" in read.text


def test_half_a_character_at_the_end_of_a_cut_off_page_is_no_objection_to_utf8() -> None:
    whole = "Straße im Überblick: 東京".encode()
    for cut in (1, 2):
        read = decode_text(whole[:-cut], "text/html; charset=latin1")
        assert (read.text, read.encoding) == ("Straße im Überblick: 東", "utf-8")


def test_one_broken_byte_does_not_spoil_a_page_of_utf8() -> None:
    data = ("äöü " * 10).encode() + b"\xe9 " + "ß".encode()
    read = decode_text(data, "text/html; charset=iso-8859-1")
    assert read.encoding == "utf-8"
    assert read.text.count("\ufffd") == 1


@pytest.mark.parametrize(
    ("bom", "codec"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
def test_a_byte_order_mark_goes_before_all_and_is_no_part_of_the_text(bom: bytes, codec: str) -> None:
    read = decode_text(bom + "Grüße".encode(codec), "text/html; charset=windows-1251")
    assert (read.text, read.encoding, read.origin) == ("Grüße", codec, "bom")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(("header", "origin"), [("text/html; charset=UTF-16", "http"), (None, "detected")])
def test_utf16_without_a_byte_order_mark_shows_in_its_markup(codec: str, header: str | None, origin: str) -> None:
    text = "<html><head><title>Nachrichten</title></head><body><p>Größe</p></body></html>"
    read = decode_text(text.encode(codec), header)
    assert (read.text, read.encoding, read.origin) == (text, codec, origin)


@pytest.mark.parametrize("label", ["utf-16", "utf-16le", "utf-16be", "ucs-2", "unicode"])
def test_a_utf16_label_on_other_bytes_is_not_believed(label: str) -> None:
    data = f'<html><meta charset="{label}"><p>café à la crème, déjà vu</p>'.encode("cp1252")
    for header in (None, f"text/html; charset={label}"):
        read = decode_text(data, header)
        assert "café à la crème, déjà vu" in read.text
        assert read.encoding == "cp1252"


RUSSIAN = "Правительство приняло новый закон о выборах, сообщает агентство."


@pytest.mark.parametrize(
    "header",
    [
        "text/html;charset=windows-1251",
        "text/html; Charset = 'Windows-1251'",
        'text/html; charset="cp1251"; x=y',
        "text/html; charset=windows-1251, text/html",
    ],
)
def test_the_servers_label_is_read_in_all_its_forms(header: str) -> None:
    read = decode_text(RUSSIAN.encode("cp1251"), header)
    assert (read.text, read.encoding, read.origin) == (RUSSIAN, "cp1251", "http")


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="windows-1251">',
        "<META CHARSET=windows-1251/>",
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
        "<!-- <meta charset=koi8-r> --><meta charset='windows-1251'>",
        '<?xml version="1.0" encoding="windows-1251"?><html>',
        "<script>" + "x" * 3000 + "</script><meta charset=windows-1251>",
    ],
)
def test_the_pages_own_label_is_read(head: str) -> None:
    read = decode_text((head + RUSSIAN).encode("cp1251"), "text/html")
    assert (read.encoding, read.origin) == ("cp1251", "meta")
    assert read.text.endswith(RUSSIAN)


def test_the_servers_label_goes_before_the_pages() -> None:
    data = ("<meta charset=koi8-r>" + RUSSIAN).encode("cp1251")
    assert decode_text(data, "text/html; charset=windows-1251").text.endswith(RUSSIAN)


@pytest.mark.parametrize(
    "label",
    [
        "hex",
        "rot13",
        "rot_13",
        "idna",
        "base64",
        "zlib",
        "bz2",
        "uu",
        "quopri",
        "punycode",
        "undefined",
        "utf-7",
        "utf-32",
        "unicode_escape",
        "raw_unicode_escape",
        "mbcs",
        "oem",
        "unknown-8bit",
        "none",
        "x",
        "00",
        "ÿ",
    ],
)
def test_a_label_outside_the_standard_is_as_good_as_none(label: str) -> None:
    data = f'<html lang="de"><meta charset="{label}"><p>Größe und Maß, für Bürger'.encode("cp1252", "replace")
    read = decode_text(data, f"text/html; charset={label}")
    assert (read.encoding, read.origin) == ("cp1252", "detected")
    assert "Größe und Maß, für Bürger" in read.text


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("iso-8859-1", "cp1252", "„Schluß“ – 5 €"),
        ("us-ascii", "cp1252", "naïve"),
        ("gb2312", "gb18030", "朱镕基总理今天在北京说"),
        ("shift_jis", "cp932", "①髙橋さんは昨日東京で"),
        ("euc-jp", "euc_jis_2004", "東京都の天気は晴れです①"),
        ("euc-kr", "cp949", "대통령은 똠방각하를 만났다"),
        ("big5", "big5hkscs", "香港特別行政區政府今日宣布"),
        ("iso-8859-9", "cp1254", "Cumhurbaşkanı “açıkladı”"),
        ("iso-8859-8-i", "iso8859-8", "שלום עולם"),
        ("tis-620", "cp874", "ข่าววันนี้"),
        ("x-mac-cyrillic", "mac-cyrillic", "Новости дня"),
        ("koi8-u", "koi8-u", "Новини України"),
    ],
)
def test_labels_mean_what_browsers_take_them_for(label: str, codec: str, text: str) -> None:
    read = decode_text(text.encode(codec), f"text/html; charset={label}")
    assert (read.text, read.encoding, read.origin) == (text, codec, "http")


def test_japanese_mail_encoding_is_not_mistaken_for_utf8() -> None:
    text = "<p>日本の新聞の記事です</p>"
    read = decode_text(text.encode("iso2022_jp"), "text/html; charset=iso-2022-jp")
    assert (read.text, read.origin) == (text, "http")


def test_a_label_that_makes_no_sense_of_the_bytes_gives_way_to_the_next() -> None:
    data = ("<meta charset=windows-1251>" + RUSSIAN).encode("cp1251")
    read = decode_text(data, "text/html; charset=utf-8")
    assert (read.encoding, read.origin) == ("cp1251", "meta")


@pytest.mark.parametrize(
    ("language", "codec", "text"),
    [
        ("fr", "cp1252", "L’été dernier, la préfète a annoncé la fermeture de l’école où étudiaient les élèves."),
        ("cs", "cp1250", "Vláda včera schválila nový zákon o daních, který začne platit příští rok, řekl premiér."),
        ("cs", "iso8859-2", "Vláda včera schválila nový zákon, který začne platit příští rok, řekl šéf úřadu."),
        ("tr", "cp1254", "Cumhurbaşkanı dün yaptığı açıklamada seçimlerin öne alınmayacağını söyledi."),
        ("ru", "cp1251", RUSSIAN),
        ("ja", "cp932", "政府は昨日、新しい法律を国会に提出したと発表した。東京で会議が開かれる予定です。"),
    ],
)
def test_what_has_no_label_is_recognised(language: str, codec: str, text: str) -> None:
    page = f'<html lang="{language}"><body>' + f"<p>{text}</p>" * 4
    read = decode_text(page.encode(codec), None)
    assert (read.text, read.origin) == (page, "detected")


def test_noise_is_read_as_something_that_can_be_kept() -> None:
    chance = random.Random(3)
    for _ in range(150):
        read = decode_text(chance.randbytes(chance.randrange(0, 600)), "text/html; charset=shift_jis")
        read.text.encode()
        assert "\0" not in read.text
        codecs.lookup(read.encoding)


@pytest.mark.parametrize("unit", [b"<script ", b"<!--", b"<", b"<meta ", b"<html ", b"\xe9\x80"])
def test_hostile_markup_does_not_slow_the_reading(unit: bytes) -> None:
    data = unit * (2_000_000 // len(unit)) + b"\xe9"
    decode_text(data, None)  # The test's own time limit would end a quadratic search.


def test_scrub_replaces_what_databases_refuse() -> None:
    assert scrub("a\0b") == "a\ufffdb"
    assert scrub("é\0\ud800x\udfff") == "é\ufffd\ufffdx\ufffd"
    assert scrub("plain") == "plain"
    assert scrub("\U0001f600é") == "\U0001f600é"
    assert decode_text(b"a\0b", None).text == "a\ufffdb"


@needs_hostile
def test_all_labels_of_the_standard_lead_to_a_codec() -> None:
    labels = json.loads((HOSTILE / "encoding-labels" / "labels.json").read_text())
    assert len(labels) == 228
    assert labels.keys() == LABELS.keys()
    for label, name in labels.items():
        codec = codecs.lookup(LABELS[label])
        assert codec.name == LABELS[label]
        assert codec._is_text_encoding
        if name.startswith(("utf", "koi8", "windows-125")):
            assert codec.name == codecs.lookup(name).name
