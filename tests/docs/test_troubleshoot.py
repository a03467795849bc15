"""What the page of symptoms quotes is printed: each quotation is in the code, word for word."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/troubleshoot.md").read_text(encoding="utf-8")
PLACE = re.compile(r"%(?:\.\d+)?[sdrgofd]")
TABLES = re.findall(r"^\| it says \|.*\n\| --- \|.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
FIRST = [row.split(" | ")[0] for table in TABLES for row in table.splitlines()]
QUOTED = sorted({quote for cell in FIRST for quote in re.findall(r"`([^`]+)`", cell)})


def texts(tree):
    """Each text of a module; what is put in is `…`."""
    inside = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }  # docstrings are not said
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):  # before its parts
            inside |= {id(part) for part in node.values}
            parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            yield "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield re.sub(r"\{[^}]*\}", "…", PLACE.sub("…", node.value))


@pytest.fixture(scope="module")
def printed():
    files = [*ROOT.glob("core/src/**/*.py"), *ROOT.glob("plugins/*/src/**/*.py")]
    return {text for file in files for text in texts(ast.parse(file.read_text(encoding="utf-8")))}


def said(quote, text):
    """`…` in a quotation stands for anything."""
    pieces = [re.escape(piece) for piece in quote.split("…")]
    return re.search(".*".join(pieces), text, re.DOTALL)


def test_the_page_quotes_much():
    assert len(QUOTED) > 40


@pytest.mark.parametrize("quote", QUOTED)
def test_what_is_quoted_is_said(printed, quote):
    assert max(map(len, quote.split("…"))) > 4, "too short to mean anything"
    assert any(said(quote, text) for text in printed)


def test_a_quotation_that_nobody_says_is_noticed(printed):
    assert not any(said("the port … is taken by somebody else", text) for text in printed)


def test_every_reason_of_a_refused_signature_that_a_person_can_mend_is_there():
    from switchhook_audiohook.signature import Verdict
    from switchhook_transport_genesys.cures import CURES

    mendable = {str(each) for each in CURES if isinstance(each, Verdict)} - {"missing-api-key"}
    assert mendable <= set(QUOTED)
