"""Rules that say what of a URL names no page: how a reader arrived, and wrappers around another site's URL.

The file has the ClearURLs format (https://docs.clearurls.xyz/latest/specs/rules/), so that a longer list than ours can
take its place as `url-rules.json` in the archive's folder.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import attrs

from storage.errors import UrlRulesError

OWN_FILE = Path(__file__).with_name("url_rules.json")

# What may be said of a provider and has no say in which page a URL is: whether a browser should block it, which
# methods it concerns, and parameters that pay somebody.
_NO_MATTER = {"completeProvider", "forceRedirection", "referralMarketing", "resourceTypes", "methods", "domainPatterns",
              "domainRedirections", "domainExceptions", "domainRules"}  # fmt: skip
_LISTS = ("rules", "rawRules", "exceptions", "redirections")


@attrs.frozen(kw_only=True)
class Provider:
    """The rules for the URLs that a pattern finds."""

    url: re.Pattern[str]
    names: re.Pattern[str] | None
    """Finds the names of parameters that name no page; None where there are none."""
    raw: tuple[re.Pattern[str], ...]
    """Parts of a URL that name no page."""
    exceptions: tuple[re.Pattern[str], ...]
    redirections: tuple[re.Pattern[str], ...]
    """Wrappers; their first group is the wrapped URL."""

    def covers(self, url: str) -> bool:
        """Whether these rules hold for a URL."""
        return bool(self.url.search(url)) and not any(one.search(url) for one in self.exceptions)


@attrs.frozen(kw_only=True)
class UrlRules:
    """A file of rules."""

    providers: tuple[Provider, ...]
    digest: str
    """`sha256:` of the file: another file gives pages other keys."""

    def unwrapped(self, url: str) -> str | None:
        """The URL inside a wrapper, as it stands there; None where the URL is none."""
        for provider in self.providers:
            if provider.redirections and provider.covers(url):
                for wrapper in provider.redirections:
                    if found := wrapper.search(url):
                        inner = unquote(found.group(1))
                        return inner if "://" in inner else "https://" + inner
        return None

    def stripped(self, url: str) -> tuple[str, Sequence[re.Pattern[str]]]:
        """The URL without its raw parts, and what finds the names of the parameters to leave out."""
        names: list[re.Pattern[str]] = []
        # Most URLs have no parameters, and most rules are of nothing else.
        asked = "?" in url
        for provider in self.providers:
            if (provider.raw or (asked and provider.names)) and provider.covers(url):
                names += [provider.names] if provider.names else []
                for part in provider.raw:
                    url = part.sub("", url)
        return url, names


def read_url_rules(file: Path) -> UrlRules:
    """The rules of a file. Raises UrlRulesError."""
    try:
        data = file.read_bytes()
        providers = json.loads(data)["providers"]
        made = tuple(_provider(file, name, fields) for name, fields in providers.items())
    except OSError as error:
        raise UrlRulesError(file, error.strerror or str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UrlRulesError(file, f'it is not JSON of the form {{"providers": {{…}}}} ({error})') from error
    return UrlRules(providers=made, digest="sha256:" + hashlib.sha256(data).hexdigest())


def _provider(file: Path, name: str, fields: Mapping[str, Any]) -> Provider:
    unknown = set(fields) - {"urlPattern", *_LISTS} - _NO_MATTER
    if unknown:
        raise UrlRulesError(file, f"provider {name} has {', '.join(sorted(unknown))}, which the format does not know")
    if not isinstance(fields.get("urlPattern"), str):
        raise UrlRulesError(file, f"provider {name} has no urlPattern")
    lists = {kind: fields.get(kind, []) for kind in _LISTS}
    for kind, patterns in lists.items():
        if not isinstance(patterns, list) or not all(isinstance(one, str) for one in patterns):
            raise UrlRulesError(file, f"{kind} of provider {name} is not a list of patterns")
    try:
        raw, exceptions, redirections = (
            tuple(re.compile(one, re.IGNORECASE) for one in lists[kind]) for kind in _LISTS[1:]
        )
        return Provider(
            url=re.compile(fields["urlPattern"], re.IGNORECASE),
            names=re.compile("|".join(f"(?:{rule})" for rule in lists["rules"]), re.IGNORECASE)
            if lists["rules"]
            else None,
            raw=raw,
            exceptions=exceptions,
            redirections=_with_group(file, name, redirections),
        )
    except re.error as error:
        raise UrlRulesError(file, f"provider {name} has a pattern that is none: {error}") from error


def _with_group(file: Path, name: str, patterns: tuple[re.Pattern[str], ...]) -> tuple[re.Pattern[str], ...]:
    if any(one.groups < 1 for one in patterns):
        raise UrlRulesError(file, f"a redirection of provider {name} has no group for the URL inside")
    return patterns


@lru_cache(maxsize=8)
def own_rules() -> UrlRules:
    """The rules that come with Backissue."""
    return read_url_rules(OWN_FILE)
