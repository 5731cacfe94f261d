"""Sends a digest by e-mail."""

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime

from crawler.notices.wording import body, subject
from storage.errors import NoticeFailed
from storage.notice_file import Smtp
from storage.outbox import Digest

TIMEOUT_SECONDS = 20.0


def message(digest: Digest, sender: str, to: Sequence[str]) -> EmailMessage:
    """The digest as a message, with the same Message-ID at every attempt."""
    made = EmailMessage()
    made["From"] = sender
    made["To"] = ", ".join(to)
    made["Subject"] = subject(digest)
    made["Date"] = format_datetime(digest.made_at)
    made["Message-ID"] = f"<{digest.message_id}@{sender.rpartition('@')[2]}>"
    # Out-of-office programs leave those alone.
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(body(digest))
    return made


def send(digest: Digest, smtp: Smtp, password: str | None, to: Sequence[str]) -> None:
    """Send it to all of them in one go. Raises NoticeFailed, which names the server alone."""
    way = f"e-mail by {smtp.host}"
    try:
        with _connect(smtp) as server:
            if smtp.user is not None:
                server.login(smtp.user, password or "")
            refused = server.send_message(message(digest, smtp.sender, to))
    except smtplib.SMTPResponseException as error:
        # Servers quote what they were given: the code says enough.
        raise NoticeFailed(way, f"it answered {error.smtp_code}") from None
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise NoticeFailed(way, f"it failed ({type(error).__name__})") from None
    if refused:
        raise NoticeFailed(way, f"it refused {len(refused)} of {len(to)} addresses")


def _connect(smtp: Smtp) -> smtplib.SMTP:
    if smtp.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(smtp.host, smtp.port, timeout=TIMEOUT_SECONDS)
    if smtp.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server
