"""One page of metrics of those of several workers."""

import re

import pytest

from switchhook import AdminPage, Figure
from switchhook_telemetry import merging, plugin
from switchhook_telemetry.figures import Figures
from switchhook_telemetry.merging import merged

DECLARED = {
    "ended": Figure("ended", "count", "Calls"),
    "level": Figure("level", "level", "Something"),
    "turn_seconds": Figure("turn_seconds", "seconds", "A time"),
}


def page(*told):
    figures = Figures(DECLARED)
    for name, value, labels in told:
        figures.take(name, value, labels)
    return figures.page()


def value(text, name):
    [found] = re.findall(rf"^switchhook_{re.escape(name)} (\S+)$", text.decode(), re.MULTILINE)
    return float(found)


def test_counters_are_summed_by_their_labels():
    one = page(("ended", 2, {"how": "well"}), ("ended", 1, {"how": "badly"}))
    other = page(("ended", 3, {"how": "well"}))
    text = merged({0: one, 1: other}, [])
    assert (value(text, 'ended_total{how="well"}'), value(text, 'ended_total{how="badly"}')) == (5, 1)


def test_levels_stay_as_each_worker_has_them():
    text = merged({0: page(("level", 2, {})), 3: page(("level", 3, {}))}, [])
    assert (value(text, 'level{worker="0"}'), value(text, 'level{worker="3"}')) == (2, 3)


def test_histograms_are_merged():
    other = page(("turn_seconds", 0.25, {}), ("turn_seconds", 9, {}))
    text = merged({0: page(("turn_seconds", 0.15, {})), 1: other}, [])
    buckets = [value(text, f'turn_seconds_bucket{{le="{edge}"}}') for edge in ("0.1", "0.2", "0.3", "+Inf")]
    assert buckets == [0, 1, 2, 3]
    assert (value(text, "turn_seconds_count"), value(text, "turn_seconds_sum")) == (3, pytest.approx(9.4))


def test_of_who_is_gone_counts_stay_and_levels_do_not():
    gone = page(("ended", 4, {}), ("level", 7, {}), ("turn_seconds", 1, {}))
    text = merged({1: page(("ended", 1, {}), ("level", 1, {}))}, [gone])
    found = (value(text, "ended_total"), value(text, 'level{worker="1"}'), value(text, "turn_seconds_count"))
    assert found == (5, 1, 1)


def test_those_who_are_gone_are_merged_into_one_again_and_again():
    gone = merged({}, [page(("ended", 4, {}), ("level", 7, {}))])
    gone = merged({}, [gone, page(("ended", 2, {}))])
    assert value(merged({0: page(("ended", 1, {}))}, [gone]), "ended_total") == 7
    assert b"switchhook_level" not in gone


def test_a_counter_of_several_began_when_the_first_of_them_did():
    made = b"# TYPE a_total counter\na_total 1.0\n# TYPE a_created gauge\na_created %d\n"
    assert b"a_created 5.0\n" in merged({0: made % 7, 1: made % 5}, [])


def test_one_page_alone_says_the_same():
    one = page(("ended", 2, {"how": 'with "quotes", \\ and\nlines'}), ("turn_seconds", 1, {}))
    counts = [line for line in one.split(b"\n") if line.startswith((b"switchhook_ended", b"switchhook_turn"))]
    assert [line for line in merged({0: one}, []).split(b"\n") if line in counts] == counts


ODD = ["with } and 3 spaces ", "a line\u2028b\x0bc\x85d", 'quotes " and \\', "line\nend", "ü"]


@pytest.mark.parametrize("label", ODD)
def test_whatever_stands_in_a_label_it_is_that_of_one_sample(label):
    one = page(("ended", 2, {"how": label}))
    assert [line for line in merged({0: one, 1: one}, []).split(b"\n") if b"how=" in line] == [
        line.replace(b" 2.0", b" 4.0") if b"_total" in line else line
        for line in one.split(b"\n")
        if b"how=" in line
    ]


def test_a_level_has_its_own_labels_too():
    given = b'# TYPE queue gauge\nqueue{of="a b"} 2.0\nqueue{of="c"} 1.5\n'
    text = merged({0: given, 1: given}, [])
    samples = [line for line in text.decode().split("\n") if line.startswith("queue")]
    assert samples == [
        f'queue{{of="{of}",worker="{worker}"}} {level}'
        for worker in (0, 1)
        for of, level in (("a b", 2.0), ("c", 1.5))
    ]


def test_what_is_no_number_stays_none():
    given = b"# TYPE a gauge\na NaN\n# TYPE b_total counter\nb_total +Inf\n"
    assert merged({0: given}, []) == given.replace(b"a NaN", b'a{worker="0"} NaN')


def test_each_line_is_looked_at_once(monkeypatch):
    """A library that took samples apart kept calls waiting."""
    looks = []

    class Family(merging._Family):
        def add(self, sample, value, worker):
            looks.append(sample)
            super().add(sample, value, worker)

    monkeypatch.setattr(merging, "_Family", Family)
    pages = {slot: page(("ended", 1, {})) for slot in range(8)}
    merged(pages, [])
    assert len(looks) == sum(
        not line.startswith("#") for each in pages.values() for line in each.decode().splitlines()
    )


def test_pages_of_others_are_theirs():
    assert plugin.merge_pages("/other", [AdminPage(b"")], [0], []) is None
    assert isinstance(plugin.merge_pages("/metrics", [AdminPage(page())], [0], []), AdminPage)
