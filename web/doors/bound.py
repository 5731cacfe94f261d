"""What may be listened on: whoever opens the archive to others says who they are, or that it is everybody."""

import ipaddress
import re
import secrets

import attrs

from storage.errors import UsageError
from storage.folder import Folder
from web.doors.keys import Keys
from web.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9._-]+|\[?[0-9A-Fa-f:.]+\]?")
_ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")


class BadAddress(UsageError):
    """A name, an origin or a proxy that was given cannot be one."""

    def __init__(self, option: str, given: str, form: str):
        super().__init__(f"{option} {given[:80]!r} cannot be read. Give {form}.")


class Unguarded(UsageError):
    """The archive would be open to whoever can reach it."""

    def __init__(self, what: str):
        super().__init__(
            f"{what} opens the archive to others, and nobody would be asked who they are. Set a password with "
            "`backissue doors password` or a token with `backissue doors token NAME`, or add --public to let everybody "
            "read."
        )


def with_keys(settings: Settings, folder: Folder) -> Settings:
    """The settings with the archive's password and tokens, where there are any and not everybody may read.

    Whether anything is asked for is settled by this; what exactly, the file says as it changes. Raises BadKeyFile.
    """
    keys = Keys(folder)
    if settings.public or not keys.known().locked:
        return settings
    return attrs.evolve(settings, keys=keys, replay_key=secrets.token_bytes(32))


def must_be_guarded(settings: Settings) -> None:
    """Raises Unguarded."""
    if settings.keys is not None or settings.public:
        return
    if not is_this_machine(settings.host):
        raise Unguarded(f"--host {settings.host}")
    # Whoever gives a name has something in front of us that others reach.
    for name in settings.host_names:
        if not is_this_machine(name):
            raise Unguarded(f"--host-name {name}")


def must_be_addresses(settings: Settings) -> None:
    """Raises BadAddress for what can be no name, origin or proxy."""
    for name in settings.host_names:
        if not _NAME.fullmatch(name):
            raise BadAddress("--host-name", name, "a name or an address without a port, such as archive.example.org")
    if settings.replay_origin is not None and not _ORIGIN.fullmatch(settings.replay_origin):
        raise BadAddress("--replay-origin", settings.replay_origin, "an origin such as https://pages.example.org")
    for proxy in settings.proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError as error:
            raise BadAddress("--proxy", proxy, "an address or a network, such as 127.0.0.1 or 10.0.0.0/8") from error


def is_this_machine(host: str) -> bool:
    """Whether an address is of the loopback. Of names only `localhost` is: what others stand for can change."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
