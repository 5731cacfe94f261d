"""The archive's folder: where things lie in it, and how it is made."""

import os
from pathlib import Path

import attrs

from storage.errors import ArchiveNotFound, ArchiveNotWritable


@attrs.frozen
class Folder:
    """An archive's folder by its parts."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "archive.db"

    @property
    def warc(self) -> Path:
        return self.path / "warc"

    @property
    def locks(self) -> Path:
        """One file a run, held by the process that runs it."""
        return self.path / "runs"

    @property
    def sources(self) -> Path:
        return self.path / "sources.toml"

    @property
    def doors(self) -> Path:
        """The password and the tokens of the web page, hashed. For its owner alone."""
        return self.path / "doors.toml"

    @property
    def notices(self) -> Path:
        return self.path / "notices.toml"

    @property
    def logs(self) -> Path:
        """What the last crawl of each source by the schedule said, a file each."""
        return self.path / "logs"

    @property
    def timetable(self) -> Path:
        """APScheduler's job store. It can be thrown away: which fires were run stands in the archive's database."""
        return self.path / "schedule.db"

    @property
    def site_rules(self) -> Path:
        """The rule files, unless `sources.toml` names another folder. It need not be there."""
        return self.path / "site_rules"

    def make(self) -> None:
        """Make what is missing. Raises ArchiveNotWritable."""
        try:
            for folder in (self.path, self.warc, self.locks):
                folder.mkdir(parents=True, exist_ok=True)
            for folder in (self.path, self.warc, self.locks):
                if not os.access(folder, os.W_OK | os.X_OK):
                    raise ArchiveNotWritable(self.path, f"{folder.name}/ is read-only")
        except OSError as error:
            raise ArchiveNotWritable(self.path, error.strerror or str(error)) from error

    def unplaced(self, text: str) -> str:
        """A sentence of ours without where the archive lies, for others than its owner."""
        here = str(self.path.absolute())
        return text.replace(f"{here}{os.sep}", "").replace(here, "the archive's folder")

    def must_exist(self) -> None:
        """Raises ArchiveNotFound where there is no database."""
        if not self.database.is_file():
            raise ArchiveNotFound(self.path)
