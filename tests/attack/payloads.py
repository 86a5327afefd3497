"""Text that would become more than text; what comes alive of it has `hit` in its name (FAULTS S6)."""

from __future__ import annotations

_CLOSERS = (
    "",
    '">',
    "'>",
    "</textarea>",
    "</title>",
    "</option></select>",
    "-->",
    "</style>",
    "</script>",
    "]]>",
)
_ALIVE = (
    "<script>hit()</script>",
    "<ScRiPt\f>hit()</sCrIpT>",
    "<img src=x onerror=hit()>",
    "<svg/onload=hit()>",
    "<iframe srcdoc='<script>hit()</script>'>",
    "<hit->",
)
_PIECES = (
    '" autofocus onfocus="hit()',
    "' onmouseover='hit()",
    "` onclick=`hit()",
    " hit=1 ",
    '" hit="',
    "javascript:hit()",
    "JaVa\tScRiPt:hit()",
    "\x01javascript:hit()",
    "data:text/html,<script>hit()</script>",
    "vbscript:hit()",
    "//hit.example/",
    "https://hit.example/\\@x",
    "<a href=javascript:hit()>hit</a>",
    "<a href=//hit.example>hit</a>",
    "<button formaction=javascript:hit()>x</button>",
    "<object data=javascript:hit()>",
    "<embed src=//hit.example>",
    "<math><mi xlink:href=javascript:hit()>",
    "<base href=//hit.example/>",
    "<meta http-equiv=refresh content='0;url=//hit.example'>",
    "<link rel=stylesheet href=//hit.example/x.css>",
    "<form action=//hit.example><input name=hit>",
    "<style>*{background:url(//hit.example)}</style>",
    "<div hx-get=/queue hx-trigger=load hx-on:click=hit()>",
    "<div data-gone-after=0 data-key=hit>",
    "<template><hit-></template>",
    "<details open ontoggle=hit()>",
    "<video><source onerror=hit()></video>",
    "<marquee onstart=hit()>",
    "<x contenteditable onblur=hit()>",
    "<noscript><p title='</noscript><img src=x onerror=hit()>'>",
    "<svg><style><img src=x onerror=hit()></style></svg>",
    "{{ 12347 * 10007 }}",
    "{% for hit in (1,) %}{{ hit }}{% endfor %}",
    "{{ ''.__class__.__mro__ }}",
    "${12347*10007}",
    "#{12347*10007}",
    "<%= 12347*10007 %>",
    "{0.__class__}",
    "{desk.__init__.__globals__}",
    "%(hit)s %s %n",
    "[[confirm:00000000000000000000000000000000]]",
    "\\u003cscript\\u003ehit()",
    "&lt;script&gt;hit()&lt;/script&gt;&#60;hit-&#62;",
    "＜script＞hit()＜/script＞",
    "\u202e<gnp.tih>\u202c",
    "\u2066\u2069\u200f\u061c\u200b\ufeff",
    "<!--<img src='--><img src=x onerror=hit()//'>",
    '=HYPERLINK("//hit.example")',
    "+1+cmd|'/C hit'!A0",
    "@SUM(1)*hit",
    "-2+3",
    "＝hit()",
    "'; DROP TABLE requests; --",
    "' OR '1'='1",
    "../../../../etc/passwd",
    "$(hit) `hit` | hit",
)
PAYLOADS = (*(closer + alive for closer in _CLOSERS for alive in _ALIVE), *_PIECES)
NEVER = "123556429"
"""What every template language among them makes of its payload."""
LINES = ("\r\nBcc: hit@hit.example\r\n\r\nhit", "\nX-Hit: 1", "\x85\u2028\u2029", "\x00\x08\x1b[31m\x7f")
"""What would be a new line, a new header or a command to a terminal: for fields that take several lines."""


PARTS = 7


def part(field: str, number: int, parts: int = PARTS) -> str:
    """A share of them, each whole: the shares of as many numbers as there are parts are all."""
    return f"〔{field}〕 " + " ".join(PAYLOADS[number % parts :: parts])


def some(field: str, longest: int = 200) -> str:
    """A few of them, for places that hold little or that cost much."""
    return text(field)[:longest]


def text(field: str, lines: bool = False) -> str:
    """All payloads behind a mark of the field; fields begin at different ones, so that a cut hides none."""
    start = sum(field.encode()) * 7 % len(PAYLOADS)
    turned = (*PAYLOADS[start:], *PAYLOADS[:start])
    return f"〔{field}〕 " + " ".join((*turned, *(LINES if lines else ())))
