"""What became of a call without an answer: which hop failed, and whether the request was sent."""

import re
import socket
import ssl

from requests.exceptions import ProxyError
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, SSLError
from urllib3.exceptions import ProxyError as ProxyRefusalError

from service.errors import OutOfTimeError, ServiceError, UnavailableError, UnexpectedResponseError, UnreachableError


def lost(error: Exception, *, out_of_time: bool) -> ServiceError:
    """Return what a failure of requests or urllib3 means."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, SSLError) and isinstance(reason.args[0], ssl.SSLCertVerificationError):
        why = getattr(reason.args[0], "verify_message", "it was refused")
        return UnexpectedResponseError(
            f"the server's TLS certificate is not trusted ({why}); REQUESTS_CA_BUNDLE names a file of the certificates "
            "that are"
        )
    sent = not isinstance(reason, NewConnectionError | ConnectTimeoutError | ProxyRefusalError)
    if out_of_time and (sent or isinstance(reason, ConnectTimeoutError)):
        return OutOfTimeError("no answer in time", pending=sent)
    if not sent:
        return UnreachableError(_hop(reason, by_proxy=isinstance(error, ProxyError)))
    return UnavailableError(f"no answer ({type(error).__name__})", pending=sent)


def _hop(reason: BaseException | None, *, by_proxy: bool) -> str:
    """Say at which hop it failed, and how."""
    inner = reason.original_error if isinstance(reason, ProxyRefusalError) else reason
    if isinstance(inner, NewConnectionError):
        where, cause = f"{'the proxy ' if by_proxy else ''}{inner.conn.host}:{inner.conn.port}", inner.__cause__
        if isinstance(cause, socket.gaierror):
            return f"the name of {where} cannot be resolved"
        return f"no connection to {where}: {_reason_of(cause)}"
    if isinstance(inner, ConnectTimeoutError):
        conn = inner.args[0]
        return f"no connection to {'the proxy ' if by_proxy else ''}{conn.host}:{conn.port} in time"
    # Python's own words for a proxy that answers CONNECT with another status than 200.
    refusal = re.search(r"Tunnel connection failed: (\d{3}[\w -]*)", str(inner))
    return f"the proxy answers {refusal[1].strip()}" if refusal else f"the proxy fails: {_reason_of(inner)}"


def _reason_of(error: BaseException | None) -> str:
    words = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return words.lower() if " " in words else words
