"""What the web page was told when it was started."""

import attrs


@attrs.frozen(kw_only=True)
class Settings:
    """How the archive is shown, and to whom."""

    host: str = "127.0.0.1"
    """The address that is listened on."""
    port: int = 8090
    """0: any that is free."""
    replay_port: int | None = None
    """Where archived pages are shown as they arrived, from an origin of their own. None: nowhere."""
    read_only: bool = False
    """Nothing can be asked for: no form, no queue."""
    replay_key: bytes | None = None
    """What addresses of archived pages are signed with, where readers have to say who they are. None: they need not."""
