"""Passwords, hashed with scrypt (RFC 7914)."""

import hashlib
import hmac
import secrets
import threading
import unicodedata

from storage.errors import UsageError

# Of those that OWASP names in its Password Storage Cheat Sheet: 32 MiB each.
_N, _R, _P = 2**15, 8, 3
_MAX_MEMORY = 64 * 1024 * 1024

# NIST SP 800-63B 3.1.1.2: fifteen characters where a password is all that is asked for, eight where there is more;
# here the number of attempts is limited too.
SHORTEST = 10
LONGEST = 1_000

# Each takes 32 MiB: a crowd at the login page gets them one after the other.
_AT_ONCE = threading.Semaphore(2)


class BadPassword(UsageError):
    """A password that cannot be set."""

    def __init__(self) -> None:
        super().__init__(f"A password has {SHORTEST} to {LONGEST:,} characters. Choose one of that length.")


def hashed(password: str) -> str:
    """What is kept of a password: `scrypt$N$r$p$salt$hash`. Raises BadPassword."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadPassword
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${_scrypt(password, salt, _N, _R, _P).hex()}"


def is_right(password: str, kept: str) -> bool:
    """Whether a password is the one that is kept."""
    if len(password) > LONGEST:
        return False
    _, n, r, p, salt, digest = kept.split("$")
    with _AT_ONCE:
        made = _scrypt(password, bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(made, bytes.fromhex(digest))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    # One letter can be typed as several signs; what is typed on another machine has to be the same.
    text = unicodedata.normalize("NFKC", password).encode(errors="surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=_MAX_MEMORY, dklen=32)
