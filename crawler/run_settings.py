"""The settings of one run, beside those of `crawler.settings`: as whom, by which way and how fast a site is asked."""

from typing import Any

from crawler.proxies import Proxy
from crawler.secrets import Secrets
from crawler.settings import USER_AGENT
from storage.sources import Source


def settings_of(source: Source) -> dict[str, Any]:
    """What a source asks for: its pace, and as whom and by which way its sites are asked."""
    agent = source.user_agent or USER_AGENT
    if source.contact:
        agent = f"{agent[:-1]}; {source.contact})" if agent.endswith(")") else f"{agent} ({source.contact})"
    settings = pace(
        delay=source.delay,
        timeout=source.timeout,
        concurrency=source.concurrency,
        allow_private=source.allow_private,
    )
    return settings | {
        "USER_AGENT": agent,
        "BACKISSUE_PROXY": Proxy.of(source.proxy.get_secret_value()) if source.proxy else None,
        "BACKISSUE_SECRETS": Secrets.of(source),
    }


def pace(*, delay: float, timeout: float, concurrency: int, allow_private: bool) -> dict[str, Any]:
    """The settings of a pace. `delay`, `timeout`: seconds; `concurrency`: requests at once to a host."""
    return {
        "AUTOTHROTTLE_START_DELAY": delay,
        "AUTOTHROTTLE_ENABLED": delay > 0,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(concurrency),
        "DOWNLOAD_DELAY": delay,
        "DOWNLOAD_TIMEOUT": timeout,
        "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency,
        "BACKISSUE_ALLOW_PRIVATE": allow_private,
    }
