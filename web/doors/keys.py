"""`doors.toml` in the archive's folder: the password and the tokens, hashed, and what sessions are signed with."""

import hashlib
import hmac
import os
import re
import secrets
import tempfile
import threading
import tomllib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import attrs

from storage.clock import iso
from storage.errors import BackissueError, UsageError
from storage.folder import Folder
from web.doors import passwords

_HEAD = (
    "# Who may read this archive through `backissue serve`. Written by `backissue doors`; nobody else need read it.\n"
)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_PASSWORD = re.compile(r"scrypt\$\d{1,8}\$\d{1,3}\$\d{1,3}\$[0-9a-f]{2,128}\$[0-9a-f]{2,128}")
_HEX = re.compile(r"[0-9a-f]{64}")


class BadKeyFile(BackissueError):
    """`doors.toml` cannot be used as it is. Nobody is let in by it."""

    def __init__(self, file: Path, why: str):
        super().__init__(f"{file}: {why}")


class BadTokenName(UsageError):
    """A token cannot be made under that name, or there is none."""

    def __init__(self, name: str, why: str):
        super().__init__(f"{name[:60]!r} {why}")


@attrs.frozen(kw_only=True)
class Token:
    """What is kept of a token."""

    name: str
    digest: str
    """SHA-256, in hexadecimal. The token is random and long, so that nothing slower is needed."""
    made_at: datetime
    """Aware, UTC."""


@attrs.frozen(kw_only=True)
class Known:
    """What `doors.toml` says."""

    password: str | None = None
    """Hashed. None: no reader can log in."""
    signing_key: bytes = b""
    """What sessions are signed with. A new one with each password, which ends all sessions."""
    tokens: tuple[Token, ...] = ()

    @property
    def locked(self) -> bool:
        """Whether anything is asked of those who come."""
        return self.password is not None or bool(self.tokens)


class Keys:
    """The file, read again when it has changed, so that a revoked token ends at once."""

    def __init__(self, folder: Folder):
        self.file = folder.doors
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._known = Known()

    def known(self) -> Known:
        """What the file says now; nothing where there is none. Raises BadKeyFile."""
        with self._lock:
            try:
                stat = self.file.stat()
            except FileNotFoundError:
                return Known()
            except OSError as error:
                raise BadKeyFile(self.file, f"{error.strerror}. Make it readable for the user of `serve`.") from error
            seen = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            if seen != self._seen:
                if stat.st_mode & 0o077:
                    raise BadKeyFile(self.file, "other users can read it. Run `chmod 600` on it.")
                self._known, self._seen = self._read(), seen
            return self._known

    def set_password(self, password: str) -> None:
        """Set or change it; all sessions end. Raises BadPassword, BadKeyFile."""
        kept = passwords.hashed(password)
        self._write(attrs.evolve(self.known(), password=kept, signing_key=secrets.token_bytes(32)))

    def remove_password(self) -> None:
        """No reader can log in any more. Raises BadKeyFile."""
        self._write(attrs.evolve(self.known(), password=None, signing_key=b""))

    def add_token(self, name: str, *, now: datetime) -> str:
        """A new token, which is kept nowhere. Raises BadTokenName, BadKeyFile."""
        known = self.known()
        if not _NAME.fullmatch(name):
            raise BadTokenName(name, "is no name for a token. Use up to forty of a-z, 0-9, - and _, a letter first.")
        if any(token.name == name for token in known.tokens):
            raise BadTokenName(name, "is a token already. Revoke it first, or give the new one another name.")
        made = f"backissue_{secrets.token_urlsafe(32)}"
        token = Token(name=name, digest=_digest(made), made_at=now)
        self._write(attrs.evolve(known, tokens=(*known.tokens, token)))
        return made

    def revoke(self, name: str) -> None:
        """A token is good no longer. Raises BadTokenName, BadKeyFile."""
        known = self.known()
        left = tuple(token for token in known.tokens if token.name != name)
        if len(left) == len(known.tokens):
            raise BadTokenName(name, "is no token of this archive. `backissue doors list` shows them.")
        self._write(attrs.evolve(known, tokens=left))

    def has(self, token: str) -> bool:
        """Whether a token is one of ours. Raises BadKeyFile."""
        digest = _digest(token)
        return any(hmac.compare_digest(digest, one.digest) for one in self.known().tokens)

    def _read(self) -> Known:
        try:
            read = tomllib.loads(self.file.read_text(encoding="utf-8"))
            password = read.get("password")
            tokens = [
                Token(name=name, digest=one["digest"], made_at=one["made_at"].astimezone(UTC))
                for name, one in read.get("tokens", {}).items()
            ]
            known = Known(
                password=password, signing_key=bytes.fromhex(read.get("signing_key", "")), tokens=tuple(tokens)
            )
            sound = password is None or (_PASSWORD.fullmatch(password) and len(known.signing_key) == 32)
            if not sound or not all(_NAME.fullmatch(one.name) and _HEX.fullmatch(one.digest) for one in tokens):
                raise ValueError("a value has another form")
        except OSError as error:
            raise BadKeyFile(self.file, f"{error.strerror}. Make it readable for the user of `serve`.") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadKeyFile(
                self.file, "it cannot be read as it was written. Delete it and set the password and tokens anew."
            ) from error
        return known

    def _write(self, known: Known) -> None:
        """The new file takes the place of the old one at once."""
        lines = [_HEAD]
        if known.password is not None:
            lines += [f'password = "{known.password}"\n', f'signing_key = "{known.signing_key.hex()}"\n']
        for token in known.tokens:
            lines += [f'\n[tokens.{token.name}]\ndigest = "{token.digest}"\nmade_at = {iso(token.made_at)}\n']
        try:
            handle, name = tempfile.mkstemp(prefix=".doors-", suffix=".toml", dir=self.file.parent)
            try:
                # mkstemp makes it for the owner alone.
                with os.fdopen(handle, "w", encoding="utf-8") as out:
                    out.writelines(lines)
                    out.flush()
                    os.fsync(out.fileno())
                Path(name).replace(self.file)
            except BaseException:
                with suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            raise BadKeyFile(
                self.file, f"it cannot be written: {error.strerror or error}. Check the folder."
            ) from error


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
