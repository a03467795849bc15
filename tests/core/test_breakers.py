from switchhook.call.breakers import FAILURES, REST, Breakers


def tripped(breakers, engine, now=0.0):
    for _ in range(FAILURES):
        breakers.failed(engine, now)


def test_engines_are_asked_as_they_are_listed():
    assert Breakers().order(["a", "b"], 0.0) == ["a", "b"]


def test_one_failure_changes_nothing():
    breakers = Breakers()
    breakers.failed("a", 0.0)
    assert breakers.order(["a", "b"], 0.0) == ["a", "b"]


def test_what_keeps_failing_comes_last():
    breakers = Breakers()
    tripped(breakers, "a")
    assert breakers.order(["a", "b"], 1.0) == ["b", "a"]


def test_after_a_rest_it_is_asked_first_again():
    breakers = Breakers()
    tripped(breakers, "a")
    assert breakers.order(["a", "b"], REST) == ["a", "b"]


def test_one_failure_more_sends_it_back_to_rest():
    breakers = Breakers()
    tripped(breakers, "a")
    breakers.failed("a", REST)
    assert breakers.order(["a", "b"], REST + 1) == ["b", "a"]


def test_what_works_is_as_good_as_new():
    breakers = Breakers()
    tripped(breakers, "a")
    breakers.worked("a")
    breakers.failed("a", 1.0)
    assert breakers.order(["a", "b"], 1.0) == ["a", "b"]


def test_when_all_rest_all_are_tried():
    breakers = Breakers()
    for engine in ("a", "b"):
        tripped(breakers, engine)
    assert breakers.order(["a", "b"], 1.0) == ["a", "b"]


def test_an_operator_is_told_once_when_an_engine_rests_and_once_when_it_works_again():
    told = []
    breakers = Breakers(lambda *said: told.append(said))
    engine = object()
    breakers.name(engine, "tts watson")
    tripped(breakers, engine)
    breakers.failed(engine, 1.0)
    breakers.worked(engine)
    breakers.worked(engine)
    assert told == [("tts watson", True), ("tts watson", False)]
