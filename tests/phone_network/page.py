"""A small page of handsets, to read and to text by hand."""

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.phone_network.inbound import text_in
from tests.phone_network.rest import Answer

if TYPE_CHECKING:
    from tests.phone_network.network import PhoneNetwork

_HTML = {"Content-Type": "text/html; charset=utf-8"}
_STYLE = """body{font-family:sans-serif;margin:1rem} iframe{width:100%;height:60vh;border:1px solid #999}
.row{display:flex;gap:1rem;flex-wrap:wrap} .phone{border:1px solid #999;border-radius:8px;padding:.5rem;width:20rem}
p{margin:.3rem 0;padding:.4rem;border-radius:6px;background:#eee;white-space:pre-wrap} .in{background:#cfe8ff}"""


def answer(network: "PhoneNetwork", method: str, path: str, query: dict[str, list[str]]) -> Answer:
    """The page at ``/``, the texts at ``/_texts``, and a form post to ``/_say``."""
    field = {name: values[0] for name, values in query.items()}
    if method == "POST" and path == "/_say" and field.get("number"):
        text_in(network, field["number"], field.get("body", ""))
        return Answer(303, b"", {"Location": "/?" + urlencode({"number": field["number"]})})
    if path == "/":
        return _html(_front(field.get("number", "+15550101001")))
    if path == "/_texts":
        return _html('<meta http-equiv="refresh" content="2"><div class="row">' + _phones(network) + "</div>")
    return Answer(404, b"not here", {"Content-Type": "text/plain"})


def _front(number: str) -> str:
    return f"""<h1>Phone network</h1><iframe src="/_texts" title="Handsets"></iframe>
<form method="post" action="/_say"><label>From <input name="number" value="{escape(number)}"></label>
<label>Text <input name="body" size="60" autofocus></label> <button>Send</button></form>"""


def _phones(network: "PhoneNetwork") -> str:
    shown: dict[str, list[str]] = {}
    for text in network.newest_first()[::-1]:
        mine = text.direction == "inbound"
        if mine or text.arrived:
            lines = shown.setdefault(text.sender if mine else text.to, [])
            lines.append(f'<p class="{"in" if mine else "out"}">{escape(text.body)}</p>')
    return "".join(
        f'<section class="phone"><h2>{escape(number)}</h2>{"".join(lines)}</section>' for number, lines in shown.items()
    )


def _html(body: str) -> Answer:
    document = f'<!doctype html><html lang="en"><title>Phone network</title><style>{_STYLE}</style>{body}'
    return Answer(200, document.encode(), _HTML)
