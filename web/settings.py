"""What the web page was told when it was started."""

import secrets

import attrs

from web.doors.keys import Keys


def _key() -> bytes:
    return secrets.token_bytes(32)


@attrs.frozen(kw_only=True)
class Settings:
    """How the archive is shown, and to whom."""

    host: str = "127.0.0.1"
    """The address that is listened on."""
    port: int = 8090
    """0: any that is free."""
    replay_port: int | None = None
    """Where archived pages are shown as they arrived, from an origin of their own. None: nowhere."""
    replay_origin: str | None = None
    """Where others reach that port, such as `https://pages.example.org`. None: at the name that they reach us by."""
    read_only: bool = False
    """Nothing can be asked for: no form, no queue."""
    public: bool = False
    """Everybody may read, from wherever."""
    keys: Keys | None = None
    """The password and the tokens. None: nobody is asked for one."""
    host_names: tuple[str, ...] = ()
    """Further names that the archive answers to."""
    proxies: tuple[str, ...] = ()
    """Addresses of reverse proxies, which are believed when they say who asks, and over https."""
    requests_a_minute: int = 600
    """Of one client, but not of this machine itself. 0: as many as it likes."""
    patience: float = 10.0
    """Seconds that the head of a request may take to arrive, and its body."""
    form_key: bytes = attrs.field(factory=_key, repr=False)
    """What the tokens of forms are made with. A form that was shown before a restart has to be loaded again."""
    replay_key: bytes | None = attrs.field(default=None, repr=False)
    """What addresses of archived pages are signed with, where readers have to say who they are. None: they need not."""

    def replay_base(self, scheme: str, host: str | None) -> str | None:
        """The origin of archived pages for a reader who reaches us by a scheme and a name; None where there is none."""
        if self.replay_port is None:
            return None
        name = host or self.host
        return self.replay_origin or f"{scheme}://{f'[{name}]' if ':' in name else name}:{self.replay_port}"
