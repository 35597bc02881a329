"""A writer's own words out of the body of a message: quotes, signatures, footers and armour taken away.

The order matters, for each step sees what the steps before it took:

    armour and attachment notes -> list footers -> quoted lines -> forwarded blocks -> attributions -> signatures

What is left keeps its order, with a paragraph break wherever something was taken out, and offsets say where in
the body each stretch stands. Salutations and closings stay: they are the writer's words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mutuals.sources.mail_attribution import is_attribution

_QUOTED = re.compile(r"\s{0,4}>")
_BAR = re.compile(r"\|(?:[ \t>|]|$)")
_NAMED = re.compile(r"\s?([A-Za-z][A-Za-z.]{0,11})>+(?:\s|$)")
_QUOTES_MAIL = re.compile(
    r"(?i)\s{0,4}>\s?(?:>|-{3,}\s?original|(?:from|date|subject|to|sent):\s|.{2,200}\b(?:wrote|writes|schrieb)\s?:$)"
)
"""A marked line that no program printed at its prompt."""
_PROMPTS = {
    "r", "s", "sql", "mysql", "sqlite", "psql", "postgres", "octave", "ftp", "sftp", "gdb", "ghci", "irb", "iex", "sas",
    "lme", "lmer", "html", "prompt", "telnet", "redis", "mongo", "debug", "browse", "cmd", "node", "lua", "scala",
}  # fmt: skip
"""What stands before `>` on a line without being anybody's initials."""

_FORWARD = re.compile(
    r"(?i)\s*(?:[-_*=]{2,}\s*(?:(?:begin )?(?:original|forwarded|included|inline) (?:message|mail|post)\b.*"
    r"|urspr(?:ü|ue)ngliche nachricht|original[- ]?nachricht|weitergeleitete nachricht|message (?:d'|d’)origine"
    r"|message (?:original|transféré)|mensaje (?:original|reenviado)|mensagem (?:original|encaminhada)"
    r"|messaggio (?:originale|inoltrato)|oorspronkelijk bericht|original ?meddelande|ursprungligt meddelande"
    r"|oprindelig meddelelse|opprinnelig melding|исходное сообщение|пересылаемое сообщение|původní zpráva"
    r"|oryginalna wiadomość|wiadomość oryginalna|原始邮件|原始郵件|元のメッセージ|الرسالة الأصلية)\s*[-_*=:]*"
    r"|begin forwarded message:?|anfang der weitergeleiteten (?:e-?mail|nachricht):?)\s*"
)
_FIELD = re.compile(
    r"(?i)\s*\*?(from|sent|to|cc|subject|date|reply-to|von|gesendet|an|betreff|datum|de|envoyé|à|objet|enviado(?: el)?"
    r"|para|asunto|assunto|fecha|data|da|inviato|a|oggetto|van|verzonden|aan|onderwerp|från|skickat|till|ämne|sendt"
    r"|til|emne|от|отправлено|кому|тема|дата|发件人|发送时间|收件人|主题)\s?:\*?\s"
)
_RULE = re.compile(r"\s{0,9}[-_=*~#.](?: ?[-_=*~#.]){9,200}\s{0,9}$")
_FOOTER = re.compile(
    r"(?i)mailing[- ]list\b|/(?:mailman/)?listinfo/|\bunsubscribe|\[un\]subscribe|PLEASE do read the posting guide"
    r"|to post to this group|yahoo! groups|google groups"
)
_BARE_FOOTER = re.compile(r"(?i)\s*\S+(?: mailing list|@\S+ mailing list)\s*$|\s*\S+ mailing list -- .*")
_NEXT_PART = re.compile(r"-{8,} next part -{8,}\s*$")
_SCRUBBED = re.compile(
    r"(?i)(?:an?|the) .{0,40}(?:attachment|message|part|text).{0,40}was scrubbed|skipped content of type"
)
_NOTE = re.compile(
    r"(?i)(?:name|type|size|desc|url|from|subject|date|to)\s{0,2}:|\[\[?alternative html version deleted\]?\]"
)
_SENT_FROM = re.compile(
    r"(?i)\s*(?:sent from my \w+|von meinem \w+ gesendet|envoyé de mon \w+|enviado desde mi \w+)[\w .,!]*$"
)
_DELIMITER = re.compile(r"--[ \t]?$|– $|— $")
_LONGEST_SIGNATURE = 12
"""Lines below a `--` without its space that still pass for a signature; `-- ` itself needs no limit (RFC 3676)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """What the writer wrote.

    Attributes:
        text: Own words; empty when there are none.
        offsets: Flat triples `(start in text, start in body, length)` of verbatim stretches.
        code: Flat pairs `(start, end)` in text of patches and of lines at a `>` prompt.
        attachments: Names of attachments that an archive cut out and noted in the body.
        is_encrypted: The body is an encrypted block.
    """

    text: str
    offsets: tuple[int, ...]
    code: tuple[int, ...] = ()
    attachments: tuple[str, ...] = ()
    is_encrypted: bool = False


def own_words(body: str, *, is_reply: bool) -> OwnWords:
    """The writer's own words in a decoded body with bare line feeds.

    Args:
        body: The body as it was sent.
        is_reply: The message answers another. In one that does not and that holds no attribution line, `>` at
            the start of a line is a prompt of a program, kept and marked as code, not a quote.
    """
    lines = body.split("\n")
    gone = [False] * len(lines)
    encrypted = _armour(lines, gone)
    attachments = _scrubbed(lines, gone)
    _footers(lines, gone)
    quoted = _quoted(lines, is_reply=is_reply)
    _forwarded(lines, gone, quoted)
    attributed = _attributions(lines, gone, quoted)
    prompts = [False] * len(lines)
    quotes = is_reply or attributed or any(_QUOTES_MAIL.match(line) for line in lines)
    if not quotes and not any(gone[i] for i, is_quote in enumerate(quoted) if is_quote):
        prompts, quoted = quoted, prompts
    _wrapped(lines, quoted)
    gone = [a or b for a, b in zip(gone, quoted, strict=True)]
    _signatures(lines, gone)
    code = [p or q for p, q in zip(prompts, _patches(lines), strict=True)]
    text, offsets, spans = _joined(lines, gone, code)
    return OwnWords(
        text=text, offsets=offsets, code=spans, attachments=attachments, is_encrypted=encrypted and not text
    )


def _armour(lines: list[str], gone: list[bool]) -> bool:
    """Take PGP armour away; True when a block of it is encrypted."""
    encrypted, index = False, 0
    while index < len(lines):
        line = lines[index].strip()
        if not line.startswith("-----BEGIN PGP "):
            index += 1
            continue
        if line == "-----BEGIN PGP SIGNED MESSAGE-----":
            while index < len(lines) and lines[index].strip():
                gone[index] = True
                index += 1
            continue
        encrypted = encrypted or line == "-----BEGIN PGP MESSAGE-----"
        while index < len(lines):
            gone[index] = True
            index += 1
            if lines[index - 1].strip().startswith("-----END PGP "):
                break
    return encrypted


def _scrubbed(lines: list[str], gone: list[bool]) -> tuple[str, ...]:
    """Take away what Pipermail notes where it cut an attachment out. A text part that it kept stays."""
    names: list[str] = []
    for index, line in enumerate(lines):
        if _NEXT_PART.match(line):
            gone[index] = True
        if not (_SCRUBBED.match(line) or line.startswith("[[alternative HTML")):
            continue
        gone[index] = True
        for later in range(index + 1, min(index + 9, len(lines))):
            if not _NOTE.match(lines[later]):
                break
            gone[later] = True
            if lines[later].lower().startswith("name:") and lines[later][5:].strip():
                names.append(lines[later][5:].strip()[:200])
    return tuple(names)


def _footers(lines: list[str], gone: list[bool]) -> None:
    """Take away what the list's program put below: a ruled line, then words about the list."""
    for index, line in enumerate(lines):
        if len(line) > 200 or not (_RULE.match(line) or _BARE_FOOTER.match(line)):
            continue
        end = index + 1
        while end < len(lines) and lines[end].strip() and end - index < 9:
            end += 1
        if any(_FOOTER.search(other) for other in lines[index:end]):
            gone[index:end] = [True] * (end - index)


def _quoted(lines: list[str], *, is_reply: bool) -> list[bool]:
    quoted = [bool(_QUOTED.match(line)) for line in lines]
    initials: dict[str, int] = {}
    for line in lines:
        if match := _NAMED.match(line):
            initials[match[1]] = initials.get(match[1], 0) + 1
    for index, line in enumerate(lines):
        match = _NAMED.match(line)
        if match and is_reply and initials[match[1]] > 1 and match[1].lower() not in _PROMPTS:
            quoted[index] = True
    bars = [is_reply and bool(_BAR.match(line)) and not line.rstrip().endswith("|") for line in lines]
    for index, is_bar in enumerate(bars):
        if is_bar and ((index and bars[index - 1]) or bars[index + 1 : index + 2] == [True]):
            quoted[index] = True
    return quoted


def _wrapped(lines: list[str], quoted: list[bool]) -> None:
    """Ends of long quoted lines that a mail program broke off without marking them."""
    for index in range(1, len(lines) - 1):
        line = lines[index]
        if (
            not quoted[index]
            and line.strip()
            and len(line) <= 30
            and len(lines[index - 1]) >= 60
            and quoted[index - 1]
            and quoted[index + 1]
            and lines[index + 1].strip(" >")
        ):
            quoted[index] = True


def _forwarded(lines: list[str], gone: list[bool], quoted: list[bool]) -> None:
    """Take away a message put below whole: its announcement, its headers, and all that follows.

    Where quoted lines follow the headers, what is not quoted below them is the writer's and stays.
    """
    last_quote = max((i for i, is_quote in enumerate(quoted) if is_quote), default=-1)
    for index, line in enumerate(lines):
        if gone[index]:
            continue
        announced = len(line) < 200 and bool(_FORWARD.fullmatch(line))
        fields = index + announced
        while fields < len(lines) and announced and not lines[fields].strip() and fields < index + 3:
            fields += 1
        end = fields
        while end < len(lines) and end - fields < 12 and (_FIELD.match(lines[end]) or _continues(lines, fields, end)):
            end += 1
        count = sum(bool(_FIELD.match(other)) for other in lines[fields:end])
        if not announced and (count < 3 or (index and lines[index - 1].strip() and not _RULE.match(lines[index - 1]))):
            continue
        start = index - 1 if index and _RULE.match(lines[index - 1]) else index
        if last_quote >= end and not announced:
            gone[start:end] = [True] * (end - start)
            continue
        if any(quoted[end : end + 4]):
            gone[start:end] = [True] * (end - start)
            continue
        gone[start:] = [True] * (len(lines) - start)
        return


def _continues(lines: list[str], start: int, index: int) -> bool:
    return index > start and lines[index][:1] in {" ", "\t"} and bool(lines[index].strip())


def _attributions(lines: list[str], gone: list[bool], quoted: list[bool]) -> bool:
    """Take away the lines that say whose words are quoted; True when there was one."""
    found = False
    for index, line in enumerate(lines):
        if gone[index] or quoted[index] or not line.strip():
            continue
        following = next((i for i in range(index + 1, min(index + 4, len(lines))) if lines[i].strip()), None)
        before_quote = following is not None and quoted[following]
        longest = 1
        while longest < 4 and longest <= index and _is_open(lines[index - longest], gone, quoted, index - longest):
            longest += 1
        for length in range(longest, 0, -1):
            start = index - length + 1
            if is_attribution(" ".join(lines[start : index + 1]), before_quote=before_quote, is_wrapped=length > 1):
                gone[start : index + 1] = [True] * length
                found = True
                break
    return found


def _is_open(line: str, gone: list[bool], quoted: list[bool], index: int) -> bool:
    """Whether an attribution can have begun on this line and gone on below it."""
    return bool(line.strip()) and not gone[index] and not quoted[index] and line.rstrip()[-1] not in ".?!:"


def _signatures(lines: list[str], gone: list[bool]) -> None:
    """Take away what stands below a signature delimiter, up to the next thing that was taken away."""
    for index, line in enumerate(lines):
        if gone[index]:
            continue
        if _SENT_FROM.fullmatch(line):
            gone[index] = True
        bare = line.removeprefix("- ")
        if not _DELIMITER.fullmatch(bare):
            continue
        end, below = index + 1, 0
        while end < len(lines) and not gone[end] and (bare == "-- " or below <= _LONGEST_SIGNATURE):
            below += bool(lines[end].strip())
            end += 1
        if bare == "-- " or below <= _LONGEST_SIGNATURE:
            gone[index:end] = [True] * (end - index)


_PATCH = re.compile(r"(?:diff -|diff --git |Index: \S+$|--- (?:a/|\S+\s+\d{4}-))")
_IN_PATCH = re.compile(r"[-+@ \t\\]|index |diff |new file|deleted file|similarity|rename |=====|Index: |$")


def _patches(lines: list[str]) -> list[bool]:
    code, inside = [False] * len(lines), False
    for index, line in enumerate(lines):
        inside = bool(_PATCH.match(line)) or (inside and bool(_IN_PATCH.match(line)))
        code[index] = inside and bool(line.strip())
    return code


def _joined(lines: list[str], gone: list[bool], code: list[bool]) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """Kept lines as one text, with offsets into the body and stretches of code."""
    text: list[str] = []
    offsets: list[int] = []
    spans: list[int] = []
    at = length = 0
    blank = True
    broken = False
    for index, line in enumerate(lines):
        start, at = at, at + len(line) + 1
        if gone[index] or not line.strip():
            broken = broken or gone[index]
            blank = True
            continue
        kept = line.rstrip()
        gap = "" if not text else "\n\n" if blank else "\n"
        position = length + len(gap)
        if offsets and not broken and offsets[-2] + offsets[-1] + len(gap) == start:
            offsets[-1] += len(gap) + len(kept)
        else:
            offsets += [position, start, len(kept)]
        if code[index]:
            if spans and spans[-1] + len(gap) == position:
                spans[-1] = position + len(kept)
            else:
                spans += [position, position + len(kept)]
        text.append(gap + kept)
        length = position + len(kept)
        blank = broken = False
    return "".join(text), tuple(offsets), tuple(spans)
