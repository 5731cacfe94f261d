"""Archived pages as they arrived, from an origin of their own: a second application, on a second port."""

from web.replay.addresses import replay_address, replay_origin
from web.replay.app import create_replay_app

__all__ = ["create_replay_app", "replay_address", "replay_origin"]
