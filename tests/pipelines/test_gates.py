"""Pages that stand in an article's place: bot checks, consent walls, login forms, "not found" with 200."""

import re

import pytest

from pipelines.access import challenges
from pipelines.access.challenges import by_header, by_markup
from pipelines.extract import NotArticle, PageBytes, extract
from storage.article import Access, Article

SENTENCE = "The harbour board of Brackwater met on Tuesday and agreed to mend the eastern quay before winter. "
TEXT = "".join(f"<p>{n}. {SENTENCE}</p>" for n in range(8))
CHECKS = {
    "Cloudflare": '<title>Just a moment...</title><script>window._cf_chl_opt={cType:"managed"}</script>',
    "Akamai": "<title>Access Denied</title><h1>Access Denied</h1>Reference #18.2f https://errors.edgesuite.net/18.2f",
    "DataDome": '<p id="cmsg">Please enable JS</p><script src="https://ct.captcha-delivery.com/c.js"></script>',
    "HUMAN": '<title>Access to this page has been denied</title><div id="px-captcha"></div>',
    "Imperva": '<iframe id="main-iframe" src="/_Incapsula_Resource?CWUDNSAI=9&incident_id=1">Unsuccessful</iframe>',
    "AWS WAF": "<script>window.gokuProps={}</script><script>AwsWafIntegration.getToken().then(()=>{})</script>",
    "DDoS-Guard": '<title>DDoS-Guard</title><script src="https://check.ddos-guard.net/check.js"></script>',
    "Anubis": '<title>One moment</title><script id="anubis_challenge" type="application/json">{}</script>',
    "Vercel": '<title>Checkpoint</title><script src="/.well-known/vercel/security/static/c.js"></script>',
    "F5": "<title>Request Rejected</title>The requested URL was rejected. Please consult with your administrator.",
    "captcha": '<h1>Are you a person?</h1><form><div class="g-recaptcha" data-sitekey="x"></div></form>',
}


def read(html: str, url: str = "https://gazette.example/2031/quay-mended") -> Article | NotArticle:
    return extract(
        PageBytes(
            url=url,
            body=f"<!doctype html><html>{html}</html>".encode(),
            content_encoding=None,
            content_type="text/html",
            truncated=False,
        )
    )


@pytest.mark.parametrize("service", CHECKS)
def test_a_bot_check_is_blocked_and_names_the_service(service: str) -> None:
    found = read(CHECKS[service])
    assert isinstance(found, Article)
    assert (found.access, found.signs, found.blocks) == (Access.BLOCKED, (f"bot check: {service}",), ())


MARKS = [(service, *mark) for service, marks in challenges._MARKS.items() for mark in marks]


@pytest.mark.parametrize(("service", "words", "pattern"), MARKS)
def test_the_words_of_a_mark_are_in_all_that_it_matches(service: str, words: str, pattern: str) -> None:
    # Outside groups, classes and what may be left out.
    sure = re.sub(r"\(\?:[^()]*\)\??|\[[^\]]*\][*?]", "\0", pattern).replace(r"\b", "")
    plain = [re.sub(r"\\(.)", r"\1", part) for part in sure.split("\0")]
    assert any(words in part for part in plain)
    assert (words, pattern) == (words.lower(), pattern.lower())
    if not re.search(r"[(\[]", pattern):
        assert by_markup(f"<p>{plain[0].upper()}</p>") == service


def test_an_article_about_bot_checks_with_their_scripts_in_it_is_an_article() -> None:
    scripts = '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script><div class="g-recaptcha"></div>'
    found = read(f"<title>On captchas</title>{scripts}<article><h1>On captchas</h1>" + TEXT)
    assert isinstance(found, Article)
    assert found.access is Access.OPEN
    assert by_markup(scripts.replace("g-recaptcha", "form")) is None


def test_headers_by_which_a_service_says_so_are_read() -> None:
    assert by_header({"cf-mitigated": "challenge"}) == "Cloudflare"
    assert by_header({"x-amzn-waf-action": "captcha"}) == "AWS WAF"
    assert by_header({"server": "cloudflare", "cf-ray": "1"}) is None


@pytest.mark.parametrize(
    "html",
    [
        "<title>404 - The Gazette</title><h1>Oh no</h1>",
        "<title>The Gazette</title><h1>Page not found</h1><p>Try the search.</p>",
        "<title>Seite nicht gefunden | Tagblatt</title>",
        "<title>Journal</title><h1>Page introuvable</h1>",
        "<title>Diario</title><h1>Página no encontrada</h1>",
        "<title>Новости</title><h1>Страница не найдена</h1>",
        "<title>新聞</title><h1>ページが見つかりません</h1>",
        '<title>The Gazette</title><body class="home error404"><h1>Well</h1></body>',
        "<title>The Gazette</title><h1>This article is no longer available</h1>",
        f"<title>Error 404</title><h1>Sorry</h1><p>{SENTENCE * 3}</p>",
        "<title>The Gazette</title><h1>Sorry, the page you are looking for could not be found</h1><p>Look here.</p>",
        "<title>The Gazette</title><h1>Oops!</h1><p>We can’t find the page you’re looking for.</p>",
        "<title>The Gazette</title><p>This post has been removed.</p>",
        "<title>The Gazette</title><h1>Content removed</h1><p>It was part of an older site.</p>",
        "<title>Tagblatt</title><h1>Hoppla</h1><p>Die gewünschte Seite wurde leider gelöscht.</p>",
        "<title>Journal</title><h1>Désolé</h1><p>La page que vous recherchez n’est plus ici.</p>",
    ],
)
def test_not_found_with_status_200_is_a_soft_404(html: str) -> None:
    found = read(html)
    assert isinstance(found, Article)
    assert found.access is Access.SOFT_404


@pytest.mark.parametrize(
    "title",
    [
        "Missing sailor not found after three days of search in the bay",
        "Route 404 km longer",
        "The board found the quay",
        "Police say that the page you are looking for in the diary was removed",
        "This article has been removed from the constitution, the court finds",
    ],
)
def test_an_article_that_sounds_like_it_is_none(title: str) -> None:
    found = read(f"<title>{title}</title><article><h1>{title}</h1>" + TEXT + "</article>")
    assert isinstance(found, Article)
    assert found.access is Access.OPEN


@pytest.mark.parametrize(
    ("html", "url"),
    [
        ('<title>We value your privacy</title><form action="/consent/save"><button>Accept</button></form>', None),
        ('<title>Zustimmung | Tagblatt</title><iframe src="https://cmp.example/cmp/index.html"></iframe>', None),
        ('<title>Before you continue</title><form id="consent-form"><button>OK</button></form>', None),
        ("<title>The Gazette</title><p>One moment.</p>", "https://consent.gazette.example/v2/collect?id=1"),
        ("<title>Tagblatt</title><p>Mit Werbung weiterlesen</p>", "https://tagblatt.example/zustimmung?url=x"),
    ],
)
def test_a_page_that_only_asks_for_consent_is_a_consent_wall(html: str, url: str | None) -> None:
    found = read(html + f"<p>{SENTENCE * 2}</p>", url or "https://gazette.example/2031/quay-mended")
    assert isinstance(found, Article)
    assert found.access is Access.CONSENT


def test_a_consent_banner_on_an_article_changes_nothing() -> None:
    banner = '<div id="cmp-banner"><form action="/consent/save"><h2>Cookies</h2><button>Accept</button></form></div>'
    found = read(f"<title>Quay mended</title>{banner}<article><h1>Quay mended</h1>" + TEXT)
    assert isinstance(found, Article)
    assert found.access is Access.OPEN


def test_an_article_filed_under_consent_is_an_article() -> None:
    head = '<meta property="og:type" content="article"><title>Quay mended</title>'
    found = read(f"{head}<article><h1>Quay mended</h1>{TEXT}", "https://gazette.example/news/consent")
    assert isinstance(found, Article)
    assert found.access is Access.OPEN


@pytest.mark.parametrize(
    ("title", "url"),
    [
        ("The Gazette", "https://gazette.example/account/login?next=/quay"),
        ("Bitte anmelden", "https://tagblatt.example/artikel/kai"),
    ],
)
def test_a_form_to_sign_in_is_a_login(title: str, url: str) -> None:
    found = read(f'<title>{title}</title><h1>{title}</h1><form><input name=u><input type="password"></form>', url)
    assert isinstance(found, Article)
    assert found.access is Access.LOGIN


def test_a_login_form_in_the_head_of_an_article_changes_nothing() -> None:
    form = '<header><form><input name=u><input type="password"></form></header>'
    found = read(f"<title>Quay mended</title>{form}<article><h1>Quay mended</h1><p>{SENTENCE * 3}</p></article>")
    assert isinstance(found, Article)
    assert found.access is Access.OPEN
