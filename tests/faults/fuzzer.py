"""Requests to the webhooks that no provider would send: broken in every way that is known to break somebody."""

import gzip
import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from types import MappingProxyType
from urllib.parse import quote_plus, urlencode

from tests.phone_network.webhooks import sign

FORM_TYPE = "application/x-www-form-urlencoded"
PATHS = ("/webhooks/twilio/sms", "/webhooks/twilio/status/abc")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)


@dataclass(frozen=True)
class Odd:
    """One request as it goes over the line. ``cut`` is one that ends before it is whole: nobody answers it."""

    kind: str
    raw: bytes
    head: bool = False
    cut: bool = False


class Fuzzer:
    """Makes odd requests, the same for the same seed. ``address`` and ``token`` are what signatures are made of."""

    def __init__(self, seed: int, address: str, token: str) -> None:
        self.dice, self.address, self.token = Random(seed), address, token
        self.kinds: tuple[Callable[[], Odd], ...] = (
            self.unsigned, self.unsigned, self.unsigned, self.ill_encoded, self.ill_encoded, self.other_type,
            self.other_type, self.hashed, self.hashed, self.bad_host, self.other_method, self.other_path, self.chunked,
            self.old_http, self.expecting, self.many_parameters, self.large, self.ill_framed, self.signed_without,
            self.signed_json, self.cut_off,
        )  # fmt: skip

    def requests(self, count: int) -> Iterator[Odd]:
        """So many requests, of every kind."""
        for number in range(count):
            yield self.kinds[number % len(self.kinds)]()

    def unsigned(self) -> Odd:
        """A good form with no signature, or a wrong one."""
        guessed = sign("guessed", self.address + PATHS[0], {})
        signature = self.dice.choice([None, "", "AAAA", "é" * 28, guessed, "x" * 9000])
        return self.make("unsigned", urlencode(self.form()).encode(), signature=signature)

    def ill_encoded(self) -> Odd:
        """Bytes that are no text: lone surrogates, NUL, broken escapes, noise."""
        body = self.dice.choice(
            [b"Body=%ED%A0%80", b"Body=\xed\xa0\x80", b"Body=%00%FF", b"%=%&&==", b"\x00" * 300, b"Body=%u1234",
             self.noise(400), b"MessageSid=" + quote_plus(self.noise(40)).encode(), b"=" * 200, b"&" * 500]
        )  # fmt: skip
        return self.make("ill_encoded", body)

    def other_type(self) -> Odd:
        """A body of another type than agreed, or one that is packed."""
        body = json.dumps(self.form()).encode()
        parts = b'--x\r\nContent-Disposition: form-data; name="Body"\r\n\r\n7\r\n--x--\r\n'
        more: dict[str, str] = {}
        kind, body = self.dice.choice(
            [("application/json", body), ("text/plain", body), ("multipart/form-data; boundary=x", parts), ("", body),
             ("multipart/form-data", parts), ("multipart/form-data; boundary=x", b"--x\r\n" * 300),
             ("application/xml", b"<a/>"), ("é", body), (f"{FORM_TYPE}; charset=utf-7", b"Body=+AAA-")]
        )  # fmt: skip
        if self.dice.random() < 0.3:
            kind, body, more = FORM_TYPE, gzip.compress(urlencode(self.form()).encode()), {"Content-Encoding": "gzip"}
        return self.make("other_type", body, content_type=kind, headers=more)

    def hashed(self) -> Odd:
        """A body with its hash in the address, rightly signed or not, that is not what was hashed."""
        body = self.dice.choice([b"\xff\xfe", b"", json.dumps(self.form()).encode(), self.noise(50), b"Body=5"])
        path = f"{PATHS[0]}?bodySHA256={sha256(body + b'!').hexdigest()}"
        path = self.dice.choice([path, path[:-1], PATHS[0] + "?bodySHA256", PATHS[0] + "?bodySHA256=%00"])
        signature = sign(self.token, self.address + path, {})
        return self.make("hashed", body, path=path, content_type="application/json", signature=signature)

    def bad_host(self) -> Odd:
        """A host, or what a proxy says of one, that is none."""
        host = self.dice.choice(["h:99999", "h:abc", "[::1", "[::1]:8443", "user:pw@h:8443", "", "a" * 3000, "\x7f"])
        return self.make("bad_host", urlencode(self.form()).encode(), host=host, headers={"X-Forwarded-Host": host})

    def other_method(self) -> Odd:
        """Anything but a POST."""
        method = self.dice.choice(["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "post"])
        return self.make("other_method", b"", method=method)

    def other_path(self) -> Odd:
        """An address that is nearly one of ours."""
        path = self.dice.choice(
            ["//webhooks/twilio/sms", "/webhooks//twilio/sms", "/webhooks/twilio/sms/", "/webhooks/twilio/status/",
             "/webhooks/twilio/status/a/b", "/webhooks/twilio/./sms", "/webhooks/twilio/status/%00", "/%ff%fe", "*",
             "/webhooks/twilio/status/" + "x" * 5000, "/webhooks/twilio/sms?" + "a=%zz&" * 200, "http://h/webhooks",
             "/webhooks/twilio/status/..%2f..%2fsms", "/webhooks/twilio/sms;x=1", "/webhooks/twilio/sms%3F", "sms"]
        )  # fmt: skip
        return self.make("other_path", urlencode(self.form()).encode(), path=path)

    def chunked(self) -> Odd:
        """A body in pieces, some of them wrong."""
        body = urlencode(self.form()).encode()
        pieces = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:20], body[20:])) + b"0\r\n\r\n"
        wrong = self.dice.choice([pieces, pieces, b"zz\r\n" + body + b"\r\n0\r\n\r\n", b"-5\r\nhello\r\n0\r\n\r\n"])
        return self.make("chunked", wrong, length=None, headers={"Transfer-Encoding": "chunked"})

    def old_http(self) -> Odd:
        """HTTP of another age."""
        version = self.dice.choice(["HTTP/1.0", "HTTP/1.0", "HTTP/0.9", "HTTP/9.9", "ICY/1.1"])
        return self.make("old_http", urlencode(self.form()).encode(), version=version)

    def expecting(self) -> Odd:
        """A client that wants to be asked for its body."""
        return self.make("expecting", urlencode(self.form()).encode(), headers={"Expect": "100-continue"})

    def many_parameters(self) -> Odd:
        """As many parameters as fit."""
        count = self.dice.choice([500] * 8 + [2000, 15_000])
        return self.make("many_parameters", b"&".join(b"a%d=" % (n % 10) for n in range(count)))

    def large(self) -> Odd:
        """A body about as large as is allowed, and now and then far larger."""
        size = self.dice.choice([60_000, 65_530, 65_536, 65_537, 100_000] * 5 + [1_000_000, 1_200_000])
        return self.make("large", b"Body=" + b"x" * size)

    def ill_framed(self) -> Odd:
        """A head that no server should believe."""
        line = self.dice.choice(
            ["Content-Length: abc", "Content-Length: -1", "Content-Length: 5, 6", "Content-Length: +5", "No colon here",
             "Transfer-Encoding: gzip", "Transfer-Encoding: chunked, gzip", "X: " + "y" * 300_000, " folded: yes",
             "Cookie: " + "a=b;" * 2000]
        )  # fmt: skip
        head = f"POST {PATHS[0]} HTTP/1.1\r\nHost: h\r\nContent-Type: {FORM_TYPE}\r\n{line}\r\n\r\n"
        return Odd("ill_framed", head.encode("latin-1"))

    def signed_without(self) -> Odd:
        """Rightly signed, and not what was agreed: a part is missing, empty, or somebody else's."""
        form, path = self.form(), PATHS[0]
        if self.dice.random() < 0.3:
            form, path = {"MessageSid": "SM1", "MessageStatus": "sent"}, PATHS[1]
        name = self.dice.choice([name for name in form if name != "NumMedia"])
        if self.dice.random() < 0.5 or name == "Body":
            del form[name]
        else:
            form[name] = self.dice.choice(["", " ", "\x00", "x" * 50, "+" + "5" * 50])
        if self.dice.random() < 0.2:
            form["AccountSid"] = "AC" + "f" * 32
        signature = sign(self.token, self.address + path, form)
        return self.make("signed_without", urlencode(form).encode(), path=path, signature=signature)

    def signed_json(self) -> Odd:
        """Rightly signed JSON that is no object of texts."""
        form = self.form()
        body = self.dice.choice(
            [b"[]", b"null", b"{}", b"{", b'"text"', b"[" * 5000, b"1e999", b"9" * 5000,
             json.dumps({**form, "NumMedia": 0}).encode(), json.dumps({**form, "Body": None}).encode(),
             json.dumps({**form, "From": {"a": "b"}}).encode(), json.dumps({"Body": "\ud800"}).encode(),
             json.dumps(form).encode()[:-1] + b', "Body": "0"}']
        )  # fmt: skip
        path = f"{PATHS[0]}?bodySHA256={sha256(body).hexdigest()}"
        signature = sign(self.token, self.address + path, {})
        return self.make("signed_json", body, path=path, content_type="application/json", signature=signature)

    def cut_off(self) -> Odd:
        """The line breaks before the request is whole."""
        whole = self.make("cut_off", urlencode(self.form()).encode()).raw
        return Odd("cut_off", whole[: self.dice.randrange(1, len(whole))], cut=True)

    def form(self) -> dict[str, str]:
        """What a good text would be."""
        sid = f"SM{self.dice.getrandbits(128):032x}"
        return {"MessageSid": sid, "From": "+15550101001", "To": "+15550100001", "Body": "8 3 5", "NumMedia": "0"}

    def noise(self, length: int) -> bytes:
        """Any bytes."""
        return self.dice.randbytes(length)

    def make(
        self,
        kind: str,
        body: bytes,
        *,
        path: str = "",
        method: str = "POST",
        version: str = "HTTP/1.1",
        host: str = "127.0.0.1",
        content_type: str = FORM_TYPE,
        signature: str | None = "AAAA",
        length: int | None = -1,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Odd:
        """A request, framed as it should be unless it is told otherwise."""
        lines = [f"{method} {path or self.dice.choice(PATHS)} {version}", f"Host: {host}"]
        lines += [f"Content-Type: {content_type}"] * bool(content_type)
        lines += [f"X-Twilio-Signature: {signature}"] * (signature is not None)
        lines += [f"Content-Length: {len(body)}"] * (length is not None)
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(lines) + "\r\n\r\n"
        return Odd(kind, head.encode("utf-8", "surrogateescape") + body, head=method == "HEAD")


class Caller:
    """Says requests over one connection, and over a new one when the server has closed it."""

    def __init__(self, port: int, timeout: float = 30.0) -> None:
        self._port, self._timeout = port, timeout
        self._line: socket.socket | None = None

    def ask(self, odd: Odd) -> int:
        """Say one request; the answer's status. Raises ``TimeoutError`` when none comes; 0 stands for a closed line."""
        for fresh in (False, True):
            line = self._connect(new=fresh)
            with suppress(ConnectionError):  # it may answer and close before it has heard everything
                line.sendall(odd.raw)
            if odd.cut:
                self.close()
                return 0
            answer = self._read(line, odd.head)
            if answer:
                return answer
        return 0

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _connect(self, *, new: bool) -> socket.socket:
        if new:
            self.close()
        if self._line is None:
            self._line = socket.create_connection(("127.0.0.1", self._port), timeout=self._timeout)
        return self._line

    def _read(self, line: socket.socket, head_only: bool) -> int:
        heard = b""
        while True:
            end = heard.find(b"\r\n\r\n")
            if end >= 0 and heard.startswith(b"HTTP/1.1 100"):
                heard = heard[end + 4 :]
                continue
            if end >= 0:
                head = heard[: end + 2]
                length = _LENGTH.search(head)
                whole = end + 4 + (0 if head_only or length is None else int(length[1]))
                if length is not None and len(heard) >= whole:
                    if b"connection: close" in head.lower() or heard.startswith(b"HTTP/1.0"):
                        self.close()
                    return int(head[9:12])
            try:
                more = line.recv(65536)
            except ConnectionError:
                more = b""
            if not more:
                self.close()
                return int(heard[9:12]) if heard[:5] == b"HTTP/" else 0
            heard += more
