"""HTTP to what listens on this machine."""

import requests


def direct() -> requests.Session:
    """Return a session that ignores proxy variables and .netrc."""
    session = requests.Session()
    session.trust_env = False
    return session
