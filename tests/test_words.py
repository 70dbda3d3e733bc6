"""Phrases of former versions that must not come back, in templates and in what the program says to people."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src/wmt"
#: What a reader in a UK public service stumbled over, and what is said in its place (CHANGELOG, "Words").
GONE = (
    "your place", "what this number is", "see another day", "this is the past: as it stood",
    "a night was missed", "beside this one", "pack to print", "why it moved", "how it is worked out",
    "help given and received", "court reports only", "what the points are of", "points there is time for",
    "all work held, in points", "t2a among them", "leads to the lines", "no verdict on anyone",
    "see which, and what to do", "over the mark", "to the mark", "totals are sums",
    "why it does not count, or needs a look", "rule in force from", "earns nothing", "earn nothing",
    "earns no points", "shown beside", "nothing moved", "stands at", "new cases came",
    "since the night before", "since the first night", "leave empty for now", "without lines",
    "days without a night", "compare grades with themselves", "it is for a ", "closes by itself",
    "raised: double red", "record a talk", "look at it again", "what may help", "nobody is manager",
    "has stood for", "there was none so far", "nobody had to tell you", "you were told",
    "what counts today", "how much comes off", "typed as", "share of their own", "both counting",
    "leave empty if nobody knows", "the effect, before you save", "withdraw it</", "shorten or lessen",
    "throw the tables away", "what stands for them", "there ever was here", "weeks on end, in each year",
    "stand still", "bottom of the points", "how it is known", "nobody knows the day", "state's published",
    "was lost to us", "nothing fits", "tried to load", "reasons to refuse", "nobody knows",
    "columns nobody", "you cannot do this{%", "has been written down", "words in the sentence",
    "opens nothing", "\"held at a\"", "until somebody ends it", "role is given", "who signs in through",
    "read figures and do no more", "it only reads", "nobody signs up alone", "takes tables away",
    "enter a day that there is", "carry these records over", "records left behind",
    "who looks after this site", "at neither moment", "cases that count", "set aside and never",
    "standing · archive", "figures of this night", "beside everybody",
)  # fmt: skip


def said_in(path: Path) -> Iterator[str]:
    """What a file says to people: the text of a template, or the strings of a module less its docstrings."""
    text = path.read_text()
    if path.suffix != ".py":
        yield re.sub(r"{#.*?#}", "", text, flags=re.DOTALL)
        return
    tree = ast.parse(text)
    silent = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


def sources() -> list[Path]:
    kinds = (".py", ".jinja", ".html")
    outside = {"migrations", "collected", "built", "node_modules"}
    # reasons are kept in nights, byte for byte; what pages say in their place is in `web.units.words`
    kept = SRC / "ledger/enums.py"
    found = [path for path in sorted(SRC.rglob("*")) if path.suffix in kinds and path != kept]
    return [path for path in found if not outside & set(path.parts)]


def test_no_phrase_of_former_versions_comes_back() -> None:
    back = [
        f"{path.relative_to(SRC)}: {phrase}"
        for path in sources()
        for said in said_in(path)
        for phrase in GONE
        if phrase in " ".join(said.lower().split())
    ]
    assert back == []


@pytest.mark.parametrize("phrase", ["Why it moved", "No  verdict\n on anyone"])
def test_a_phrase_is_found_however_it_is_broken(tmp_path: Path, phrase: str) -> None:
    page = tmp_path / "page.jinja"
    page.write_text(f"{{# Why it moved #}}<p>{phrase}</p>")
    [said] = said_in(page)
    assert any(each in " ".join(said.lower().split()) for each in GONE)
    page.write_text("{# Why it moved #}<p>What changed</p>")
    [said] = said_in(page)
    assert not any(each in said.lower() for each in GONE)


def test_numbers_in_templates_are_counted_in_the_singular_too() -> None:
    """`counted(number, 'case')` says '1 case'. In these a number is never 1."""
    never_one = {"too_many.jinja", "per_fte.jinja", "the_number.jinja", "_parts.jinja"}
    never_one |= {"tier.jinja", "a_cases.jinja"}
    nouns = (
        "cases|points|available points|rows|days|posts|people|records|items|weeks|actions|changes|reductions"
    )
    found = [
        f"{path.name}: {said[0]}"
        for path in sources()
        if path.suffix == ".jinja" and path.name not in never_one
        for said in re.finditer(
            rf"[^\n]{{,40}}}}}}(?:</\w+>)? (?:more |other )?(?:{nouns})\b", path.read_text()
        )
    ]
    assert found == []
