"""Names of character encodings, and guesses where a page names none."""

import codecs
import re

from charset_normalizer import from_bytes

# The labels of the WHATWG Encoding Standard (4.2, "Names and labels"), the only ones that a page or a server may use,
# each with Python's nearest codec. Python's own aliases are no such list: they hold `hex`, `rot13` and `idna`.
LABELS = {
    label: codec
    for line in """
utf-8: unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8
cp866: 866 cp866 csibm866 ibm866
iso8859-2: csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
iso8859-3: csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3
iso8859-4: csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4
iso8859-5: csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988
iso8859-6: arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e iso-8859-6-i
iso8859-6: iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
iso8859-7: csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7
iso8859-7: iso_8859-7:1987 sun_eu_greek
iso8859-8: csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8
iso8859-8: iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical
iso8859-10: csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6
iso8859-13: iso-8859-13 iso8859-13 iso885913
iso8859-14: iso-8859-14 iso8859-14 iso885914
iso8859-15: csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9
iso8859-16: iso-8859-16
koi8-r: cskoi8r koi koi8 koi8-r koi8_r
koi8-u: koi8-ru koi8-u
mac-roman: csmacintosh mac macintosh x-mac-roman
mac-cyrillic: x-mac-cyrillic x-mac-ukrainian
cp874: dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874
cp1250: cp1250 windows-1250 x-cp1250
cp1251: cp1251 windows-1251 x-cp1251
cp1252: ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1
cp1252: iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252 x-user-defined
cp1253: cp1253 windows-1253 x-cp1253
cp1254: cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5
cp1254: windows-1254 x-cp1254
cp1255: cp1255 windows-1255 x-cp1255
cp1256: cp1256 windows-1256 x-cp1256
cp1257: cp1257 windows-1257 x-cp1257
cp1258: cp1258 windows-1258 x-cp1258
gb18030: chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030
big5hkscs: big5 big5-hkscs cn-big5 csbig5 x-x-big5
euc_jis_2004: cseucpkdfmtjapanese euc-jp x-euc-jp
iso2022_jp_ext: csiso2022jp iso-2022-jp
cp932: csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis
cp949: cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949
utf-16-be: unicodefffe utf-16be
utf-16-le: csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le
utf-8: csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr replacement
""".strip().splitlines()  # The last line: what the standard refuses to decode, since ASCII could hide in it.
    for codec, labels in [line.split(": ", 1)]
    for label in labels.split()
}

# HTML Standard 13.2.3.2 looks at the first 1,024 bytes and again while parsing; long scripts may come first.
META_BYTES = 4096
HTTP_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.I)
COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.S)
META = re.compile(rb"<meta[\s/]([^>]*)", re.I)
META_CHARSET = re.compile(rb"(?:\A|[\s\"'/;])charset\s*=\s*[\"']?\s*([^\s\"'/;>]+)", re.I)
XML_ENCODING = re.compile(rb"\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"']+)", re.I)
HTML_LANG = re.compile(rb"<html[^>]*?\slang\s*=\s*[\"']?([a-z]{2})", re.I)

# Bytes given to the detector; its answer does not change with more, and its time grows.
DETECT_BYTES = 64 * 1024
NOT_PROSE = re.compile(rb"<(script|style)\b.*?(?:</\1|\Z)|<!--.*?(?:-->|\Z)|<[^>]*>?", re.I | re.S)
# HTML Standard 13.2.3.2, step 9, "default encoding by locale"; for all that are not listed it is windows-1252.
LANGUAGE_CODECS = {
    **dict.fromkeys(("cs", "hu", "pl", "sk", "sl", "hr", "ro", "sr", "bs", "sq"), "cp1250"),
    **dict.fromkeys(("et", "lt", "lv"), "cp1257"),
    **dict.fromkeys(("tr", "az", "ku"), "cp1254"),
    "vi": "cp1258",
}
LATIN = frozenset({"cp1250", "cp1252", "cp1254", "cp1257", "cp1258", "iso8859-2"})
DETECTABLE = [*sorted(LATIN), "cp1251", "cp1253", "cp1255", "cp1256", "cp866", "cp874", "iso8859-5", "iso8859-7"]
DETECTABLE += ["koi8-r", "koi8-u", "cp932", "euc_jis_2004", "gb18030", "big5hkscs", "cp949"]
SYMBOL_IN_WORD = re.compile(r"(?<=[^\W\d_])[\u00a1-\u00bf×÷](?=[^\W\d_])")


def declared(data: bytes, content_type: str | None) -> list[tuple[str, str]]:
    """(`http` or `meta`, codec) of each label that the standard knows, the server's first, then the page's own."""
    found: list[tuple[str, str]] = []
    if match := HTTP_CHARSET.search(content_type or ""):
        found.append(("http", match[1]))
    head = COMMENT.sub(b"", data[:META_BYTES])
    for meta in META.finditer(head):
        if charset := META_CHARSET.search(meta[1]):
            found.append(("meta", charset[1].decode("latin-1")))
            break
    if xml := XML_ENCODING.match(head):
        found.append(("meta", xml[1].decode("latin-1")))
    codec_of = ((origin, LABELS.get(label.strip().lower())) for origin, label in found)
    return [(origin, codec) for origin, codec in codec_of if codec]


def broken_characters(text: str) -> tuple[int, int]:
    """How many characters are no text (U+FFFD, C1 controls), and how many of the others are outside ASCII."""
    outside = re.sub(r"[\0-\x7f]+", "", text)
    broken = len(re.findall("[\ufffd\x80-\x9f]", outside))
    return broken, len(outside) - broken


def detect(data: bytes) -> str:
    """The codec that makes most sense of bytes that are not UTF-8; windows-1252 where nothing speaks against it."""
    prose = NOT_PROSE.sub(b" ", data[: DETECT_BYTES * 4])[:DETECT_BYTES]
    if prose.isascii():
        prose = data[:DETECT_BYTES]
    # Only the page's own text is judged: its labels were tried before and made no sense.
    best = from_bytes(prose, cp_isolation=DETECTABLE, preemptive_behaviour=False).best()
    codec = codecs.lookup(best.encoding).name if best else "cp1252"
    if codec in LATIN:
        # The detector takes Western text for Central European one time in three (10 of 28 articles). The page's
        # language tells them apart; without it, symbols inside words (³ for ł, ¹ for ą) speak against windows-1252.
        language = HTML_LANG.search(data[:META_BYTES])
        western = prose.decode("cp1252", "replace")
        if by_language := LANGUAGE_CODECS.get(language[1].decode().lower() if language else ""):
            codec = by_language
        elif len(SYMBOL_IN_WORD.findall(western)) * 10 < sum(broken_characters(western)):
            codec = "cp1252"
    if codec in ("cp1250", "iso8859-2"):  # They share most letters; only windows-1250 has š, ž and quotes in 80–9F.
        codec = "cp1250" if re.search(rb"[\x80-\x9f]", prose) else "iso8859-2"
    return codec
