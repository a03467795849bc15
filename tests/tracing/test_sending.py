"""Spans that wait for a collector: bounded, and nobody's call waits."""

import threading

import pytest
from opentelemetry.sdk.trace.export import SpanExportResult

from switchhook_tracing import sending
from switchhook_tracing.sending import Sender


class Exporter:
    def __init__(self):
        self.batches, self.result, self.closed = [], SpanExportResult.SUCCESS, threading.Event()
        self.open, self.asked = threading.Event(), threading.Event()

    def export(self, spans):
        self.asked.set()
        assert self.open.wait(10)
        self.batches.append(list(spans))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def shutdown(self):
        self.closed.set()
        self.open.set()


@pytest.fixture
def exporter():
    one = Exporter()
    yield one
    one.open.set()


def test_what_waits_meanwhile_goes_in_one_request(exporter):
    sender = Sender(exporter)
    sender.put(["first"], 1)
    assert exporter.asked.wait(10)
    for number in range(10):
        sender.put([number], 1)
    exporter.open.set()
    sender.close()
    assert exporter.batches == [["first"], list(range(10))]


def test_spans_beyond_the_bound_are_lost_and_counted_and_nobody_waits(exporter):
    told = []
    sender = Sender(exporter, most=10, told=told.append)
    sender.put(["first"], 6)
    sender.put(["second"], 5)
    sender.put(["third"], 4)
    assert (sender.lost, told) == (5, [5])
    exporter.open.set()
    sender.close()
    assert [span for batch in exporter.batches for span in batch] == ["first", "third"]


@pytest.mark.parametrize("result", [SpanExportResult.FAILURE, ValueError("watermelon")])
def test_what_a_collector_does_not_take_is_lost_and_said_without_its_words(exporter, result, caplog):
    exporter.result = result
    exporter.open.set()
    told = []
    sender = Sender(exporter, told=told.append)
    sender.put(["one", "two"], 2)
    sender.close()
    assert (sender.lost, told) == (2, [2])
    assert "2 spans are lost" in caplog.text
    assert "watermelon" not in caplog.text


def test_a_collector_that_hangs_keeps_no_server_from_ending(exporter, monkeypatch):
    monkeypatch.setattr(sending, "PATIENCE", 0.01)
    sender = Sender(exporter)
    sender.put(["one"], 1)
    sender.close()
    assert exporter.closed.is_set()


def test_a_call_of_an_odd_form_costs_its_own_spans_alone(exporter, caplog):
    def odd():
        yield "first"
        raise TypeError("watermelon")

    exporter.open.set()
    told = []
    sender = Sender(exporter, told=told.append)
    sender.put(odd(), 2)
    sender.put(["second"], 1)
    sender.close()
    assert [span for batch in exporter.batches for span in batch] == ["second"]
    assert (sender.lost, told) == (2, [2])
    assert "TypeError" in caplog.text
    assert "watermelon" not in caplog.text
