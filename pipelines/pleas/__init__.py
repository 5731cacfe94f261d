"""Pleas: what asks an article's reader to give, join, subscribe, sign up, install or agree."""
