"""HTTP to what listens on this machine."""

import requests


def direct() -> requests.Session:
    """Return a session that no proxy variable and no .netrc diverts."""
    session = requests.Session()
    session.trust_env = False
    return session
