"""What a message says, out of whatever structure it comes in."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.intake.mails import mail, multipart, part, text_mail
from uketsuke.domain.content import Content
from uketsuke.intake.markup import read_markup
from uketsuke.intake.message import read_mail

PLAIN = part("text/plain; charset=utf-8", "本文です".encode())
HTML = part("text/html; charset=utf-8", "<p>HTMLです</p>".encode())
SHEET = part(
    "application/vnd.ms-excel",
    b"QUJD",
    "Content-Transfer-Encoding: base64",
    "Content-Disposition: attachment; filename=a.xls",
)


def read(body_part: bytes) -> Content:
    return read_mail(b"From: a@b.example\r\n" + body_part)


def codes(content: Content) -> list[str]:
    return [problem.code for problem in content.problems]


@pytest.mark.parametrize("order", [(PLAIN, HTML), (HTML, PLAIN)])
def test_the_plain_form_is_preferred(order: tuple[bytes, bytes]) -> None:
    assert read(multipart("alternative", *order)).text == "本文です"


def test_an_empty_plain_form_gives_way_to_html() -> None:
    assert read(multipart("alternative", part("text/plain", b" \r\n"), HTML)).text == "HTMLです"


def test_attachments_are_listed_with_digest_and_place() -> None:
    inner = multipart("alternative", PLAIN, HTML, boundary="b2")
    content = read(multipart("mixed", inner, SHEET))
    (found,) = content.attachments
    assert (found.filename, found.size, found.part) == ("a.xls", 3, (1,))
    assert found.sha256 == hashlib.sha256(b"ABC").hexdigest()
    assert (content.text, content.problems) == ("本文です", ())


def test_text_parts_without_a_name_are_joined_and_those_with_a_name_are_attached() -> None:
    named = part('text/plain; name="ログ.txt"', b"log")
    content = read(multipart("mixed", PLAIN, named, part("text/plain", b"footer")))
    assert content.text == "本文です\n\nfooter"
    assert [attachment.filename for attachment in content.attachments] == ["ログ.txt"]


def test_an_attached_message_is_shown_as_quoted_text_only() -> None:
    inner = mail(b"Subject: inner", body="所属：別の課".encode())
    content = read(multipart("mixed", PLAIN, part("message/rfc822", inner)))
    assert (content.text, content.quoted_text) == ("本文です", "所属：別の課")
    assert [attachment.media_type for attachment in content.attachments] == ["message/rfc822"]


@pytest.mark.parametrize(
    ("raw_part", "code", "text"),
    [
        (b"Content-Type: multipart/mixed\r\n\r\nhello", "broken-multipart", "hello"),
        (b"Content-Type: multipart/mixed; boundary=zz\r\n\r\nhello", "broken-multipart", "hello"),
        (
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello",
            "truncated-multipart",
            "hello",
        ),
        (b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8", "broken-base64", "hello"),
        (b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n-- footer", "broken-base64", "hello"),
        (b"Content-Transfer-Encoding: quoted-printable\r\n\r\nhel=lo", "broken-quoted-printable", "hel=lo"),
        (b"Content-Transfer-Encoding: x-magic\r\n\r\nhello", "unknown-transfer-encoding", "hello"),
        (b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nMIIB", "encrypted", ""),
        (b"Date: x\r\nno header\r\n\r\nhello", "broken-header", "no header\n\nhello"),
        (b"\r\n", "no-text", ""),
    ],
)
def test_broken_structure_is_told_and_read_as_far_as_it_goes(raw_part: bytes, code: str, text: str) -> None:
    content = read(raw_part)
    assert code in codes(content)
    assert content.text == text


def test_a_broken_line_between_headers_does_not_hide_the_next_ones() -> None:
    content = read_mail(b"Subject: a\r\nnonsense\r\nFrom: a@b.example\r\n\r\nx")
    assert (content.sender.address, codes(content), content.text) == ("a@b.example", ["broken-header"], "x")


@pytest.mark.parametrize("raw", [b"", b"\n", b"hello", b"\x00\xff", b"From:", b":", b"\r", b"From a\n\nx"])
def test_scraps_are_read_without_complaint_to_the_caller(raw: bytes) -> None:
    assert read_mail(raw).sender.address is None


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_kind_of_line_end_is_read(end: bytes) -> None:
    raw = mail(b"Subject: a", b"Content-Type: text/plain", body=b"one\r\ntwo\r\n").replace(b"\r\n", end)
    content = read_mail(raw)
    assert (content.subject, content.text) == ("a", "one\ntwo")


def test_format_flowed_joins_soft_line_ends() -> None:
    raw = mail(
        b"Content-Type: text/plain; format=flowed; delsp=yes", body=b"one \r\ntwo\r\n> q \r\n stuffed\r\n"
    )
    content = read_mail(raw)
    assert (content.text, content.quoted_text) == ("onetwo\nstuffed", "> q ")


def test_uuencoded_and_concatenated_base64_bodies_are_read() -> None:
    body = b"begin 644 x\r\n%:&5L;&\\\r\n`\r\nend\r\n"
    assert read(b"Content-Transfer-Encoding: x-uuencode\r\n\r\n" + body).text == "hello"
    twice = base64.b64encode(b"hello") + base64.b64encode(b" you!")
    assert read(b"Content-Transfer-Encoding: base64\r\n\r\n" + twice).text == "hello you!"


def test_html_becomes_lines_and_rows_and_hides_what_is_not_shown() -> None:
    markup = (
        "<style>p{}</style><script>x()</script><p style='display:none'>隠</p><p>申請します</p>"
        "<table><tr><th>所属</th><td>総務課</td></tr><tr><th>氏名</th><td>田中</td></tr></table>"
        "<div class='gmail_quote'>前のメール<blockquote>所属：別の課</blockquote></div>"
    )
    content = read_mail(text_mail(markup.encode(), "utf-8").replace(b"text/plain", b"text/html"))
    assert content.text == "申請します\n\n所属  総務課\n氏名  田中"
    assert "所属：別の課" in content.quoted_text


def test_lengths_that_html_asks_for_are_ignored() -> None:
    """A billion blanks before a paragraph took 28 seconds."""
    content = read_mail(mail(b"Content-Type: text/html", body=b"<p style='padding-left:1000000px'>a</p>"))
    assert content.text == "a"


def test_the_charset_an_html_body_claims_itself_is_used() -> None:
    markup = "<meta charset=shift_jis><p>申請</p>".encode("cp932")
    content = read_mail(mail(b"Content-Type: text/html", body=markup))
    assert (content.text, content.problems) == ("申請", ())


def test_identifiers_lose_their_brackets() -> None:
    content = read_mail(
        mail(b"Message-ID: <a@b>", b"In-Reply-To: <c@d> (x)", b"References: <e@f>\r\n <c@d> <e@f>")
    )
    assert (content.message_id, content.in_reply_to, content.references) == ("a@b", ("c@d",), ("e@f", "c@d"))


@pytest.mark.parametrize(
    "hidden",
    [
        "style='visibility: hidden'",
        "style='font-size:0px'",
        "style='opacity:0'",
        "style='mso-hide:all'",
        "hidden",
    ],
)
def test_what_a_reader_of_the_mail_could_not_see_gives_no_text(hidden: str) -> None:
    markup = f"<p>返却します</p><p {hidden}>管理番号：LTE-0012</p><p style='font-size:0.9em'>以上</p>"
    assert read_markup(markup).text.split() == ["返却します", "以上"]
