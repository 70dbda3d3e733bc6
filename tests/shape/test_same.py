"""What `make same` would take for a difference, and what not."""

import pytest
from tests.same.difference import changes, report
from tests.same.plain import lines_of_page, same_each_time
from tests.same.visits import kind_of

PAGE = '<p>Points <a href="/team/T1/">{points}</a></p><script nonce="abc">1</script>'


def test_tokens_moments_and_static_files_are_no_difference() -> None:
    first = (
        '<input name="csrfmiddlewaretoken" value="aaa"> /static/wmt.0123456789ab.css 29 November 2026, 1.41am'
    )
    then = (
        '<input name="csrfmiddlewaretoken" value="bbb"> /static/wmt.ba9876543210.css 30 November 2026, 11pm'
    )
    assert same_each_time(first) == same_each_time(then)


@pytest.mark.parametrize(
    "text", ["21 November 2026, 6.30pm", "2026-11-21T18:30:00", "29 November 2026", "111.7%"]
)
def test_moments_of_the_data_and_figures_are(text: str) -> None:
    assert same_each_time(text) == text


def test_a_figure_its_way_and_its_label_are_told_and_markup_is_not() -> None:
    page = lines_of_page(PAGE.format(points="59"))
    assert page == lines_of_page(PAGE.format(points="59").replace("<p>", '<p class="new">'))
    assert page != lines_of_page(PAGE.format(points="60"))
    assert page != lines_of_page(PAGE.format(points="59").replace("T1", "T2"))


def test_the_same_change_in_many_places_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    before = {f"page {n}": f"Points\n{n} hours" for n in range(9)} | {"gone": ""}
    after = {f"page {n}": f"Points\n{n} hours used" for n in range(9)} | {"new": ""}
    assert report(before, after, 0) == 3
    assert "== 9 × in 9: page 0; page 1\n-0 hours\n+0 hours used\n" in capsys.readouterr().out
    assert changes(["a", "b"], ["a", "c", "d"]) == ["-b\n+c\n+d"]


def test_addresses_of_one_kind_are_one() -> None:
    assert kind_of("/post/A1:B2/") == kind_of("/post/C3:D4/") != kind_of("/team/C3/")
    assert kind_of("/duty/6/") == kind_of("/duty/33/")
    assert kind_of("/on/2026-11-20/nation/") == kind_of("/on/2026-11-21/nation/")
