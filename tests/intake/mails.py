"""Small builders of raw mails for the tests of this folder."""

from __future__ import annotations

import base64
import binascii

SENDER = b"From: Tanaka <tanaka-h@city.example.lg.jp>\r\n"


def mail(*headers: bytes, body: bytes = b"x\r\n") -> bytes:
    """A mail with a good From, further headers, and a body as it is."""
    return SENDER + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


def text_mail(body: bytes, charset: str | None, encoding: str = "8bit") -> bytes:
    """A text mail whose body is transferred in an encoding."""
    claimed = f"text/plain; charset={charset}" if charset is not None else "text/plain"
    return mail(
        f"Content-Type: {claimed}".encode(),
        f"Content-Transfer-Encoding: {encoding}".encode(),
        body=encode_body(body, encoding),
    )


def encode_body(body: bytes, encoding: str) -> bytes:
    """Bytes as base64, quoted-printable or themselves."""
    if encoding == "base64":
        return base64.encodebytes(body)
    if encoding == "quoted-printable":
        return binascii.b2a_qp(body)
    return body


def multipart(kind: str, *parts: bytes, boundary: str = "b1") -> bytes:
    """The body part of a multipart: its own header and its parts."""
    mark = f"--{boundary}".encode()
    inner = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts)
    return (
        f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode() + inner + mark + b"--\r\n"
    )


def part(media: str, body: bytes, *headers: str) -> bytes:
    """One part with its headers."""
    return "\r\n".join([f"Content-Type: {media}", *headers, "", ""]).encode() + body


def encoded_word(text: str, charset: str, encoding: str = "B") -> bytes:
    """One encoded word (RFC 2047)."""
    data = encode_text(text, charset)
    if encoding == "B":
        return b"=?" + charset.encode() + b"?B?" + base64.b64encode(data) + b"?="
    quoted = "".join(f"={byte:02X}" for byte in data)
    return b"=?" + charset.encode() + b"?Q?" + quoted.encode() + b"?="


def encode_text(text: str, charset: str) -> bytes:
    """Text as a mailer of that charset writes it, vendor rows included (cp50221, cp51932)."""
    if charset.lower().startswith("iso-2022-jp") or charset.lower().startswith("cp5022"):
        return _encode_jis(text)
    if charset.lower() in ("euc-jp", "x-euc-jp"):
        return _encode_euc(text)
    codec = {"shift_jis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "ms_kanji": "cp932"}
    return text.encode(codec.get(charset.lower(), charset))


def _pair(character: str) -> bytes:
    """The JIS row and cell of a double-byte character of cp932 (rows 1 to 94)."""
    lead, trail = _nec_selected(character)
    row = ((lead - 0x81 if lead < 0xA0 else lead - 0xC1) << 1) + 0x21
    if trail >= 0x9F:
        return bytes((row + 1, trail - 0x7E))
    return bytes((row, trail - (0x1F if trail < 0x7F else 0x20)))


def _nec_selected(character: str) -> bytes:
    """IBM extensions at their NEC-selected place, the only one that fits into seven bits."""
    code = character.encode("cp932")
    if code[0] < 0xFA:
        return code
    for lead in (0xED, 0xEE):
        for trail in range(0x40, 0xFD):
            if bytes((lead, trail)).decode("cp932", "ignore") == character:
                return bytes((lead, trail))
    raise UnicodeEncodeError("jis", character, 0, 1, "no place")


def _encode_jis(text: str) -> bytes:
    out, state = bytearray(), b"\x1b(B"
    for character in text:
        code = character.encode("cp932")
        wanted = b"\x1b(B" if code.isascii() else b"\x1b(I" if len(code) == 1 else b"\x1b$B"
        if wanted != state:
            out, state = out + wanted, wanted
        out += code if code.isascii() else bytes((code[0] & 0x7F,)) if len(code) == 1 else _pair(character)
    return bytes(out + (b"\x1b(B" if state != b"\x1b(B" else b""))


def _encode_euc(text: str) -> bytes:
    out = bytearray()
    for character in text:
        code = character.encode("cp932")
        if code.isascii():
            out += code
        elif len(code) == 1:
            out += b"\x8e" + code
        else:
            out += bytes(byte | 0x80 for byte in _pair(character))
    return bytes(out)
