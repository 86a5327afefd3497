"""What came attached: read from the original again, saved under a name that is safe anywhere (AP-23)."""

from __future__ import annotations

import email.policy
from email.message import EmailMessage

import pytest

from tests.console.screens import FLAGGED, Screen, words
from tests.desk import mail
from uketsuke.console.routes.original import as_file


def with_attachment(name: str, content: bytes) -> bytes:
    """A mail as the border host hands it over, with one attachment."""
    message = EmailMessage(policy=email.policy.SMTP)
    for header, value in email.message_from_bytes(mail(FLAGGED)).items():
        if not header.lower().startswith(("content-", "mime-")):
            message[header] = " ".join(value.split())
    message.set_content(FLAGGED)
    message.add_attachment(content, maintype="image", subtype="jpeg", filename=name)
    return message.as_bytes()


def test_ap_23_an_attachment_comes_back_byte_for_byte_as_a_download(screen: Screen) -> None:
    content = bytes(range(256)) * 40
    number = screen.desk.receive(with_attachment("写真.jpg", content)).number
    screen.desk.work()
    assert "写真.jpg" in words(screen.get(f"/requests/{number}"))
    answer = screen.client.get(f"/requests/{number}/attachments/0")
    assert answer.content == content
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "%E5%86%99%E7%9C%9F.jpg" in answer.headers["content-disposition"]
    assert answer.headers["content-type"] == "application/octet-stream"
    assert screen.client.get(f"/requests/{number}/attachments/1").status_code == 404


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", 'a"\r\nX-Evil: 1', "\u202egpj.exe", "a" * 400, "...", "CON:", ""]
)
def test_a_hostile_name_becomes_a_harmless_one(name: str) -> None:
    header = as_file(b"", name).headers["content-disposition"]
    given = header.split('filename="')[1].split('"')[0]
    assert not set(given) & set('/\\:"\r\n')
    assert 0 < len(given) <= 120
    assert "\n" not in header
    assert "%E2%80%AE" not in header
