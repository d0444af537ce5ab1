"""Asking whether a page answers: politely, briefly, and never inside our own network.

The host is looked up once and the connection goes to just that address, so that a name cannot mean one thing when it is
judged and another when it is asked. Each hop of a redirect is judged anew.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from resources.models import CheckedLink

Answer = CheckedLink.Answer
IP = ipaddress.IPv4Address | ipaddress.IPv6Address
SECONDS = 8.0
# Of one question in all: who sends a letter every few seconds never lets us wait too long for the next.
LONGEST = 10.0
HOPS = 5
# An address of these networks is one of IPv4 in disguise.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# What leads inside, or may, and what Python's own list of such networks lacks: wrapped addresses of IPv4 that nobody
# uses in the open, and where some clouds tell a machine about itself.
INSIDE = [
    ipaddress.ip_network(each)
    for each in ("::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "fec0::/10", "192.0.0.0/24")
]
# What stands in an address as it is; any other letter is written in its bytes, as browsers do.
AS_IT_IS = "!#$%&'()*+,/:;=?@[]~"
MOVED = {301, 302, 303, 307, 308}
FOR_GOOD = {301, 308}
# They answer, but not to machines, or not now: nothing is known against the page.
SHY = {401, 402, 403, 407, 418, 423, 425, 429, 451, 999}
GONE = {404, 410}


@dataclass(frozen=True)
class Seen:
    answer: str
    detail: str = ""
    # Where the page is by now, if every hop said so for good.
    moved_to: str = ""


class _Refused(Exception):
    """Not an address we ask."""


class _NoHost(Exception):
    """Nobody answers to that name."""


def look(url: str, *, agent: str, loopback: bool = False) -> Seen:
    """Whether a page answers there. `loopback` is for tests, which have nowhere else to ask."""
    here, for_good = url, True
    for _hop in range(HOPS):
        try:
            status, location = _ask(here, agent=agent, loopback=loopback)
            there = urljoin(here, location)[:500]
        except _Refused as why:
            return Seen(Answer.REFUSED, str(why))
        except ssl.SSLError as error:
            return Seen(Answer.SHY, f"TLS: {error.reason or 'certificate'}"[:200])
        except _NoHost:
            return Seen(Answer.DEAD, "no such host")
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Seen(Answer.DEAD, (str(error) or type(error).__name__)[:200])
        if status not in MOVED or not location:
            return _judge(status, here if for_good and here != url else "")
        for_good = for_good and status in FOR_GOOD
        here = there
    return Seen(Answer.DEAD, "leads round in a circle")


def _judge(status: int, moved_to: str) -> Seen:
    if status in SHY:
        return Seen(Answer.SHY, str(status))
    if status >= 400:
        return Seen(Answer.DEAD, str(status))
    return Seen(Answer.WORKS, str(status), moved_to)


def _ask(url: str, *, agent: str, loopback: bool) -> tuple[int, str]:
    """HEAD first; a server that does not like it is asked with GET, and the page itself is not read."""
    status, location = _once("HEAD", url, agent, loopback)
    if status >= 400 and status not in (429,):
        return _once("GET", url, agent, loopback)
    return status, location


def _once(method: str, url: str, agent: str, loopback: bool) -> tuple[int, str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise _Refused("not a web address")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _address(parts.hostname, port, loopback)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with _connected(parts.scheme, parts.hostname, address, port) as connection:
        connection.request(method, quote(path, safe=AS_IT_IS), headers={"User-Agent": agent})
        answer = connection.getresponse()
        # Headers are read byte for byte as Latin-1, whatever was written.
        location = answer.headers.get("Location", "").encode("latin-1", "replace")
        return answer.status, quote(location, safe=AS_IT_IS)


def _address(host: str, port: int, loopback: bool) -> str:
    """The one address to ask. Raises _Refused if any that the name has is not out in the open."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise _NoHost from error
    addresses = [str(one[4][0]) for one in found]
    for one in addresses:
        ip = _meant(ipaddress.ip_address(one.partition("%")[0]))
        if not _is_in_the_open(ip) and not (loopback and ip.is_loopback):
            raise _Refused("an address inside a network")
    return addresses[0]


def _is_in_the_open(ip: IP) -> bool:
    return ip.is_global and not ip.is_multicast and not any(ip in each for each in INSIDE)


def _meant(ip: IP) -> IP:
    """The address of IPv4 that one of IPv6 only wraps; itself where it does not."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None
    return inside or ip.ipv4_mapped or ip.sixtofour or ip


@contextlib.contextmanager
def _connected(scheme: str, host: str, address: str, port: int) -> Iterator[http.client.HTTPConnection]:
    """A connection to just that address, which still speaks to the host by its name. It is cut after a while."""
    made = http.client.HTTPConnection(host, port, timeout=SECONDS)
    if scheme == "https":
        made = http.client.HTTPSConnection(host, port, timeout=SECONDS)
    plain = socket.create_connection((address, port), timeout=SECONDS)
    with _cut_after(LONGEST, plain):
        made.sock = plain
        try:
            if scheme == "https":
                made.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
            yield made
        finally:
            made.close()


@contextlib.contextmanager
def _cut_after(seconds: float, plain: socket.socket) -> Iterator[None]:
    """A second handle on the same connection ends it, whatever has become of the first."""
    with plain.dup() as handle:
        timer = threading.Timer(seconds, _cut, [handle])
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def _cut(handle: socket.socket) -> None:
    with contextlib.suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)
