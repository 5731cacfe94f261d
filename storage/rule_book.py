"""Which rules hold for a page: its source's own, else those of a rule file for its host."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from storage.errors import InvalidURL
from storage.folder import Folder
from storage.rules import SiteRules
from storage.site_config import SiteConfig, names_for, read_site_config
from storage.sources import Source, read_source_file
from storage.urls import parsed

logger = logging.getLogger(__name__)


@attrs.define(kw_only=True)
class RuleBook:
    """All rules of an archive. A rule file is read when the first page of its host comes, and then remembered."""

    sources: Mapping[str, Source] = attrs.field(factory=dict)
    folder: Path | None = None
    """Of the rule files. None: there are none."""
    _by_host: dict[str, SiteConfig | None] = attrs.field(factory=dict, init=False)

    @classmethod
    def of(cls, folder: Folder) -> "RuleBook":
        """The rules of an archive's folder. Raises SourceFileError."""
        file = read_source_file(folder.sources)
        chosen = file.rules_folder or folder.site_rules
        return cls(sources=file.sources, folder=chosen if chosen.is_dir() else None)

    def rules_for(self, url: str, source: Source | str | None = None) -> SiteRules | None:
        """The rules for a page; None where there are none.

        `source`: whose page it is, by name or as configured. A source's own rules stand alone. A page without a source
        takes the own rules of the first source whose home is on the page's host; then those of a file for its host.
        """
        configured = self.sources.get(source) if isinstance(source, str) else source
        if configured is None and source is None:
            configured = self._at_home(url)
        if configured is not None and configured.rules:
            return configured.rules
        config = self.file_for(url)
        return config.rules if config is not None and config.rules else None

    def file_for(self, url: str) -> SiteConfig | None:
        """The rule file for a page's host; None where there is none."""
        host = _host(url)
        if host is None or self.folder is None:
            return None
        if host not in self._by_host:
            found = next((file for name in names_for(host) if (file := self.folder / name).is_file()), None)
            config = read_site_config(found) if found else None
            for line, why in config.mistakes if config else ():
                logger.warning("%s, line %d is left out: %s. `backissue sources check` tells more.", found, line, why)
            self._by_host[host] = config
        return self._by_host[host]

    def files(self) -> Iterator[SiteConfig]:
        """Every rule file, by name."""
        if self.folder is not None:
            for file in sorted(self.folder.glob("*.txt")):
                # Lists and notes lie in such folders too; a rule file is named after a host.
                if "." in file.stem.lstrip(".") or file.stem == "localhost":
                    yield read_site_config(file)

    def _at_home(self, url: str) -> Source | None:
        host = _host(url)
        if host is None:
            return None
        bare = host.removeprefix("www.")
        for source in self.sources.values():
            if source.rules and (_host(source.home) or "").removeprefix("www.") == bare:
                return source
        return None


def _host(url: str) -> str | None:
    """The host of a URL without its port, lower case; None for what is no URL."""
    try:
        return (parsed(url).hostname or "").lower().rstrip(".") or None
    except InvalidURL:
        return None
