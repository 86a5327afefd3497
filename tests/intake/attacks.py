"""Constructed mails of FAULTS 2, in any size; each is named for what it attacks."""

from __future__ import annotations

FROM = b"From: a@b.example\nSubject: x\n"
MIXED = FROM + b"Content-Type: multipart/mixed; boundary=b\n\n"
HTML = FROM + b"Content-Type: text/html\n\n"


def build_refused(size: int) -> dict[str, bytes]:
    """Mails that must come back with a problem."""
    quotes = b'--b\nContent-Type: text/plain; a="'
    return {
        "from-commas": b"From: " + b"," * size + b"\n\nx",
        "from-dots": b"From: " + b"a." * (size // 2) + b"a@b\n\nx",
        "from-parentheses": b"From: " + b"(" * size + b"\n\nx",
        "to-many": FROM + b"To: " + b"aaa@b.example, " * (size // 15) + b"\n\nx",
        "type-unterminated": FROM + b'Content-Type: text/plain; a="' + b";" * size + b"\n\nx",
        "type-parameters": FROM + b"Content-Type: text/plain" + b";a=b" * (size // 4) + b"\n\nx",
        "type-continuations": FROM
        + b"Content-Type: text/plain"
        + b"".join(b";a*%d=b" % at for at in range(size // 8))
        + b"\n\nx",
        "parameter-name": FROM + b"Content-Type: text/plain; " + b"a" * size + b"=b\n\nx",
        "disposition-name": FROM + b"Content-Disposition: attachment; " + b"a" * size + b"=b\n\nx",
        "99-bad-part-headers": MIXED + (quotes + b";" * min(size, 8000) + b"\n\nx\n") * 99 + b"--b--\n",
        "30-bad-part-headers": MIXED + (quotes + b";" * min(size, 60_000) + b"\n\nx\n") * 30 + b"--b--\n",
        "nested-messages": FROM + b"Content-Type: message/rfc822\n\n" * (1 + size // 30),
        "nested-multiparts": FROM
        + b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(size // 50)
        ),
        "many-parts": MIXED + b"--b\n\nx\n" * (size // 7),
        "many-boundary-lines": MIXED + b"--bx\n" * (size // 5),
        "many-headers": FROM + b"X: y\n" * (size // 5) + b"\nx",
        "long-references": FROM + b"References: " + b"<a" * (size // 2) + b"\n\nx",
        "long-authentication-results": FROM + b"Authentication-Results: " + b"a;" * (size // 2) + b"\n\nx",
        "unfinished-encoded-words": FROM + b"Subject: " + b"=?u?q?" * (size // 6) + b"\n\nx",
    }


def build_heavy(size: int) -> dict[str, bytes]:
    """Mails without anything forbidden that must nevertheless be cheap."""
    return {
        "quote-marks": FROM + b"\n" + b">" * size,
        "attributions": FROM + b"\n" + (b"On " + b"a " * 30 + b"\n") * (size // 64),
        "dash-lines": FROM + b"\n" + (b"- " * 150 + b"x\n") * (size // 302),
        "empty-lines": FROM + b"\n" + b"\r" * size,
        "flowed": FROM + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * (size // 3),
        "base64-padding": FROM + b"Content-Transfer-Encoding: base64\n\n" + b"A=" * (size // 2),
        "quoted-printable": FROM + b"Content-Transfer-Encoding: quoted-printable\n\n" + b"= " * (size // 2),
        "jis-escapes": FROM + b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + b"\x1b$B" * (size // 3),
        "euc-halves": FROM + b"Content-Type: text/plain; charset=euc-jp\n\n" + b"\x8e\x8f" * (size // 2),
        "bounce-addresses": FROM + b"X-Failed-Recipients: x\n\n" + b"<a.a.a.a." * (size // 9),
        "open-tokens": FROM + b"\n" + b"[uk:" * (size // 4),
        "html-nesting": HTML + b"<div>" * (size // 5),
        "html-nested-tables": HTML + b"<table><tr><td>x" * (size // 16),
        "html-wide-column": HTML + b"<table><tr><td>" + b"x" * (size // 2) + b"<tr><td>x" * (size // 18),
        "html-many-columns": HTML + b"<table><tr>" + b"<td>x" * (size // 5),
        "html-quotes": HTML + b"<blockquote>x" * (size // 13),
        "html-blanks": HTML
        + b"<p style='padding-left:1000000000px;margin-top:1000000000em'>x" * (size // 62),
        "html-brackets": HTML + b"<" * size,
    }
