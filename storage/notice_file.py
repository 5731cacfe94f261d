"""The rules of `notices.toml`: who is told of what, and how. Read and checked line by line."""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

import attrs
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from storage.errors import NoticeFileError
from storage.toml_file import read_toml
from storage.toml_mistakes import Mistake, Mistakes, meant, what
from storage.toml_places import KeyPath
from storage.toml_values import as_tuple, table_name, web_address

On = Literal["change", "takedown", "back", "drift", "failed_run"]
EVERYTHING: tuple[On, ...] = ("change", "takedown", "back", "drift", "failed_run")

# A name in the environment, in place of a secret: ${SMTP_PASSWORD}
_VARIABLE = re.compile(r"\$\{(\w+)\}")

_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")

# A day: what is read later is no news.
MAX_MINUTES = 7 * 1440


def _hook(text: str) -> str:
    if _VARIABLE.match(text):
        return text
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        # The address may hold a secret: it is not repeated.
        raise ValueError("it must be a whole http:// or https:// address, or ${NAME} from the environment")
    return text


def _mail(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"{text!r} is no e-mail address")
    return text


def _service(text: str) -> str:
    if "://" not in text and not _VARIABLE.match(text):
        raise ValueError("it must be an address of apprise, such as tgram://…, or ${NAME} from the environment")
    return text


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("it must hold some text")
    return text.strip()


_Texts = Annotated[tuple[Annotated[str, AfterValidator(_text)], ...], BeforeValidator(as_tuple)]


class Smtp(BaseModel):
    """The mail server that e-mail goes out by."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    host: Annotated[str, AfterValidator(_text)]
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`none` sends password and notices in the clear."""
    user: str | None = None
    password: str | None = Field(default=None, repr=False)
    """Best as ${NAME} from the environment."""
    sender: Annotated[str, AfterValidator(_mail)]


class Rule(BaseModel):
    """Who is told of what. What is given has to fit all together; of a list, one has to fit."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, AfterValidator(partial(table_name, what="rule"))]
    on: Annotated[tuple[On, ...], BeforeValidator(as_tuple)] = EVERYTHING
    sources: _Texts = ()
    """Names of sources. Empty: any."""
    pages: Annotated[tuple[Annotated[str, AfterValidator(web_address)], ...], BeforeValidator(as_tuple)] = ()
    """Addresses of pages, in any spelling that leads to them. Empty: any."""
    authors: _Texts = ()
    """Bylines, before or after the change. Empty: any."""
    phrases: _Texts = ()
    """Found in title or text, before or after the change, whatever its case. Empty: any."""
    every: int = Field(default=60, ge=1, le=MAX_MINUTES)
    """At most one digest in so many minutes."""
    webhook: Annotated[str, AfterValidator(_hook)] | None = Field(default=None, repr=False)
    email: Annotated[tuple[Annotated[str, AfterValidator(_mail)], ...], BeforeValidator(as_tuple)] = ()
    apprise: Annotated[tuple[Annotated[str, AfterValidator(_service)], ...], BeforeValidator(as_tuple)] = Field(
        default=(), repr=False
    )

    @property
    def about_pages(self) -> bool:
        """Whether it asks for certain pages: what concerns a whole source then does not fit."""
        return bool(self.pages or self.authors or self.phrases)


_MUST_BE = {
    "on": f"a list of {', '.join(EVERYTHING)}, each in quotes",
    "sources": "a list of names of sources in quotes",
    "pages": "a list of whole http:// or https:// addresses in quotes",
    "authors": "a list of names in quotes",
    "phrases": "a list of texts in quotes",
    "every": f"a whole number of minutes from 1 to {MAX_MINUTES}",
    "webhook": "a whole http:// or https:// address in quotes",
    "email": "a list of e-mail addresses in quotes",
    "apprise": "a list of addresses of apprise in quotes",
}
_MUST_BE_SMTP = {
    "host": "the name of a mail server in quotes",
    "port": "a whole number from 1 to 65535",
    "security": '"starttls", "tls" or "none"',
    "user": "a text in quotes",
    "password": "a text in quotes",
    "sender": "an e-mail address in quotes",
}
_TOP = ("smtp", "notices")
_SECRET = ("password", "webhook", "apprise")

_Checked = TypeVar("_Checked", bound=BaseModel)


@attrs.frozen(kw_only=True)
class NoticeFile:
    """What a `notices.toml` says."""

    rules: dict[str, Rule]
    """By name, in the order of the file."""
    smtp: Smtp | None


def read_notices(file: Path) -> NoticeFile:
    """What a `notices.toml` says; nothing where there is no file. Raises NoticeFileError for its first mistake."""
    text, document = read_toml(file, NoticeFileError)
    mistake = Mistakes(text)
    for key in document:
        if key not in _TOP:
            mistake((key,), f"unknown table `{key}`; {meant(key, _TOP) or 'there are [smtp] and [notices.NAME]'}")
    smtp = None
    if "smtp" in document:
        smtp = _table(Smtp, document["smtp"], {}, "[smtp]", ("smtp",), _MUST_BE_SMTP, ("host", "sender"), mistake)
    rules: dict[str, Rule] = {}
    tables = document.get("notices", {})
    if not isinstance(tables, dict):
        mistake(("notices",), f"`notices` is {what(tables)}; each rule is a table that starts with [notices.NAME]")
        tables = {}
    for name, table in tables.items():
        path: KeyPath = ("notices", name)
        rule = _table(Rule, table, {"name": name}, f"rule {name!r}", path, _MUST_BE, (), mistake)
        if rule is None:
            continue
        if not (rule.webhook or rule.email or rule.apprise):
            mistake(path, f"rule {name!r} tells nobody; give it a `webhook`, `email` or `apprise`")
        if rule.email and "smtp" not in document:
            mistake((*path, "email"), f"`email` of rule {name!r} needs a mail server; describe it in a table [smtp]")
        rules[name] = rule
    mistake.raise_first(file, NoticeFileError)
    return NoticeFile(rules=rules, smtp=smtp)


def _table(
    kind: type[_Checked],
    table: object,
    more: Mapping[str, Any],
    label: str,
    path: KeyPath,
    must_be: Mapping[str, str],
    needed: tuple[str, ...],
    mistake: Mistake,
) -> _Checked | None:
    """The table as a model; None where it has mistakes, which are told."""
    if not isinstance(table, dict):
        mistake(path, f"{label} is {what(table)}; it must be a table that starts with [{'.'.join(map(str, path))}]")
        return None
    unknown = [key for key in table if key not in must_be]
    for key in unknown:
        mistake((*path, key), f"unknown key `{key}` in {label}; {meant(key, must_be) or f'there are {_and(must_be)}'}")
    if unknown:
        return None
    for key in needed:
        if key not in table:
            mistake(path, f"{label} has no `{key}`; it must be {must_be[key]}")
    try:
        return kind.model_validate({**table, **more})
    except ValidationError as error:
        for one in error.errors(include_url=False):
            where = one["loc"]
            key = str(where[0])
            if key == "name":
                mistake(path, str(one["ctx"]["error"]))
            elif one["type"] != "missing":
                item = f"item {int(where[1]) + 1} of " if len(where) > 1 and isinstance(where[1], int) else ""
                given = "not what it must be" if key in _SECRET else what(one["input"])
                why = f"this is {given}; `{key}` must be {must_be[key]}"
                if one["type"] == "value_error":
                    why = str(one["ctx"]["error"])
                mistake((*path, *where), f"{item}`{key}` of {label}: {why}")
        return None


def _and(keys: Mapping[str, str]) -> str:
    return ", ".join(keys)


def filled_in(text: str, environment: Mapping[str, str]) -> str:
    """A text with each ${NAME} replaced by what the environment has. Raises KeyError with a name that it has not."""
    return _VARIABLE.sub(lambda match: environment[match[1]], text)
