"""What a plugin does wrong during a call costs its own response and nothing else."""

import logging
import re

import anyio
import pytest

from switchhook import AudioFormat, CallInfo, EndCall, Say, Unplayable, hookimpl, parse_response
from switchhook.plugins.asking import Hooks
from switchhook.plugins.guard import Fault, HandlerAnswer, as_actions, reporting
from switchhook.plugins.loader import Plugin, Plugins

TEXT = parse_response({"response_type": "text", "text": "hi"})
CALL = CallInfo("1", "support")
SECRET = "4111 1111 1111 1111"


def plugins_of(**modules):
    """Objects held as `responses/NAME` from distribution `acme-NAME`, asked in the order given."""
    plugins = Plugins()
    for name, module in reversed(modules.items()):
        plugins.hold(Plugin(f"responses/{name}", f"acme-{name}", "1", module))
    return plugins


def hooks_of(plugins):
    return Hooks(plugins, list(plugins.loaded.values()))


def hooks(**modules):
    return hooks_of(plugins_of(**modules))


def faults_of(act, *arguments, **named):
    faults = []
    with reporting(faults.append):
        act(*arguments, **named)
    return faults


class Handler:
    def __init__(self, result):
        self.result, self.calls = result, []

    @hookimpl
    def handle_text(self, response, call):
        self.calls.append(call)
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


class Listener:
    def __init__(self, error=None):
        self.error, self.calls = error, []

    @hookimpl
    def call_started(self, call):
        self.calls.append(call)
        if self.error:
            raise self.error


class Rewriter:
    def __init__(self, rewrite):
        self.rewrite = rewrite

    @hookimpl
    def rewrite_action(self, action, call):
        return self.rewrite(action)


# --- handlers


def test_the_answer_says_who_gave_it():
    answer = hooks(acme=Handler(Say("yes"))).handle(TEXT, CALL)
    assert answer == HandlerAnswer("responses/acme", "acme-acme", "handle_text", Say("yes"))


def test_after_a_handler_that_raises_the_next_is_asked():
    answer = hooks(bad=Handler(ValueError()), good=Handler(Say("yes"))).handle(TEXT, CALL)
    assert answer.plugin == "responses/good"


def test_a_handler_that_raises_is_reported_with_plugin_and_distribution():
    faults = faults_of(hooks(bad=Handler(ValueError(SECRET))).handle, TEXT, CALL)
    assert faults == [Fault("responses/bad", "handle_text", "ValueError", "acme-bad")]


def test_a_handler_that_exits_does_not_end_the_server():
    faults = faults_of(hooks(bad=Handler(SystemExit(1))).handle, TEXT, CALL)
    assert [fault.error for fault in faults] == ["SystemExit"]


def test_a_fault_is_logged_with_the_place_where_it_was_raised(caplog):
    hooks(bad=Handler(ValueError(SECRET))).handle(TEXT, CALL)
    assert "plugin responses/bad (from acme-bad), hook handle_text: ValueError at " in caplog.text
    assert "test_guard.py:" in caplog.text


def test_a_fault_has_the_line_that_raised():
    [fault] = faults_of(hooks(bad=Handler(ValueError(SECRET))).handle, TEXT, CALL)
    assert re.fullmatch(re.escape(__file__) + r":\d+", fault.line)


def test_the_text_of_an_exception_is_not_logged(caplog):
    caplog.set_level(logging.DEBUG)
    hooks(bad=Handler(ValueError(SECRET))).handle(TEXT, CALL)
    assert SECRET not in caplog.text


@pytest.mark.parametrize("wrong", ["hello", b"hello"])
def test_a_handler_that_returns_text_is_told_to_say_it(wrong):
    faults = faults_of(hooks(bad=Handler(wrong)).handle, TEXT, CALL)
    assert [fault.error for fault in faults] == [f"returned {type(wrong).__name__}: say Say(text)"]


def test_a_handler_that_returns_a_coroutine_is_at_fault():
    async def later():
        """Never runs."""

    coroutine = later()
    faults = faults_of(hooks(bad=Handler(coroutine)).handle, TEXT, CALL)
    coroutine.close()
    assert [fault.error for fault in faults] == ["returned coroutine: say Say(text)"]


def test_after_a_handler_that_returns_text_the_next_is_asked():
    answer = hooks(bad=Handler("hello"), good=Handler(Say("yes"))).handle(TEXT, CALL)
    assert answer.plugin == "responses/good"


def test_a_response_that_nobody_handles_has_no_answer():
    assert hooks(acme=Handler(None)).handle(TEXT, CALL) is None


def test_a_response_that_does_not_fit_its_model_goes_to_handle_unknown():
    class Unknown:
        @hookimpl
        def handle_unknown(self, response):
            return Say(response.problem)

    misfit = parse_response({"response_type": "text", "text": [7]})
    answer = hooks(text=Handler(Say("yes")), unknown=Unknown()).handle(misfit, CALL)
    assert answer.plugin == "responses/unknown"


@pytest.mark.parametrize("value", [Say("hi"), [Say("hi")], (Say("hi"),), iter([Say("hi")])])
def test_one_action_and_several_are_both_iterated(value):
    assert list(as_actions(value)) == [Say("hi")]


# --- off


def test_a_plugin_that_is_off_is_not_asked():
    off, other = Handler(Say("no")), Handler(Say("yes"))
    plugins = plugins_of(off=off, other=other)
    plugins.guard.off.add(("responses/off", "handle_text"))
    assert hooks_of(plugins).handle(TEXT, CALL).plugin == "responses/other"
    assert not off.calls


def test_a_listener_that_is_off_is_not_told():
    off = Listener()
    plugins = plugins_of(off=off)
    plugins.guard.off.add(("responses/off", "call_started"))
    hooks_of(plugins).tell("call_started", call=CALL)
    assert not off.calls


# --- listeners


def test_a_listener_that_raises_does_not_keep_the_others_from_hearing():
    first, last = Listener(), Listener()
    hooks(first=first, bad=Listener(ValueError()), last=last).tell("call_started", call=CALL)
    assert (len(first.calls), len(last.calls)) == (1, 1)


def test_a_listener_that_raises_is_reported():
    faults = faults_of(hooks(bad=Listener(ValueError(SECRET))).tell, "call_started", call=CALL)
    assert faults == [Fault("responses/bad", "call_started", "ValueError", "acme-bad")]


def test_a_figure_reaches_the_other_listeners_when_one_raises():
    class Gauge:
        def __init__(self, error=None):
            self.error, self.seen = error, []

        @hookimpl
        def measured(self, name, value, labels):
            self.seen.append((name, value, labels))
            if self.error:
                raise self.error

    good = Gauge()
    hooks(bad=Gauge(ValueError()), good=good).measure("turns", 2.0, {"connector": "support"})
    assert good.seen == [("turns", 2.0, {"connector": "support"})]


# --- what a plugin sees of a call


def test_each_plugin_sees_what_its_own_lifespan_yielded():
    one, two = Handler(None), Handler(None)
    plugins = plugins_of(one=one, two=two)
    plugins.guard.values |= {"responses/one": "first", "responses/two": "second"}
    hooks_of(plugins).handle(TEXT, CallInfo("1", "support"))
    assert (one.calls[0].plugin, two.calls[0].plugin) == ("first", "second")


def test_a_plugin_without_a_lifespan_sees_none():
    handler = Handler(None)
    hooks(acme=handler).handle(TEXT, CallInfo("1", "support"))
    assert handler.calls[0].plugin is None


def test_the_state_of_a_plugin_lasts_for_the_call():
    handler = Handler(None)
    hook = hooks(acme=handler)
    call = CallInfo("1", "support")
    hook.handle(TEXT, call)
    handler.calls[0].state["asked"] = 1
    hook.handle(TEXT, call)
    assert handler.calls[1].state == {"asked": 1}


def test_the_state_of_a_plugin_is_its_own():
    one, two = Handler(None), Handler(None)
    hooks(one=one, two=two).handle(TEXT, CallInfo("1", "support"))
    one.calls[0].state["asked"] = 1
    assert two.calls[0].state == {}


def test_the_state_of_one_call_is_not_seen_in_another():
    handler = Handler(None)
    hook = hooks(acme=handler)
    hook.handle(TEXT, CallInfo("1", "support"))
    handler.calls[0].state["asked"] = 1
    hook.handle(TEXT, CallInfo("2", "support"))
    assert handler.calls[1].state == {}


# --- rewrite_action


def appending(letter):
    return Rewriter(lambda action: Say(action.text + letter))


def test_an_action_that_nobody_rewrites_stays():
    assert hooks(acme=Rewriter(lambda action: None)).rewrite(Say("hi"), CALL) == [Say("hi")]


def test_each_rewriter_sees_what_the_one_before_made():
    assert hooks(a=appending("a"), b=appending("b")).rewrite(Say("hi "), CALL) == [Say("hi ab")]


def test_an_empty_list_drops_the_action():
    asked = []
    chain = hooks(a=Rewriter(lambda action: []), b=Rewriter(asked.append))
    assert (chain.rewrite(Say("hi"), CALL), asked) == ([], [])


def test_a_list_takes_the_place_of_the_action():
    chain = hooks(a=Rewriter(lambda action: [action, EndCall()]))
    assert chain.rewrite(Say("bye"), CALL) == [Say("bye"), EndCall()]


def test_each_action_of_a_list_goes_to_the_next_rewriter():
    chain = hooks(a=Rewriter(lambda action: [Say("x"), Say("y")]), b=appending("!"))
    assert chain.rewrite(Say("hi"), CALL) == [Say("x!"), Say("y!")]


def test_a_rewriter_that_raises_leaves_the_action_to_the_next():
    def fail(action):
        raise ValueError(action.text)

    assert hooks(bad=Rewriter(fail), b=appending("b")).rewrite(Say("hi "), CALL) == [Say("hi b")]


@pytest.mark.parametrize("wrong", ["hi", (Say("hi"),), ["hi"], [Say("hi"), None], {"text": "hi"}])
def test_a_rewriter_that_returns_no_action_leaves_it_unchanged(wrong):
    assert hooks(bad=Rewriter(lambda action: wrong)).rewrite(Say("hi"), CALL) == [Say("hi")]


def test_a_rewriter_that_returns_no_action_is_reported():
    faults = faults_of(hooks(bad=Rewriter(lambda action: "hi")).rewrite, Say("hi"), CALL)
    wanted = "returned str, expected an action or a list of at most 100 actions"
    assert faults == [Fault("responses/bad", "rewrite_action", wanted, "acme-bad")]


def test_a_rewriter_that_makes_a_million_actions_of_one_leaves_it_as_it_was():
    many = hooks(bad=Rewriter(lambda action: [action] * 1_000_000))
    faults = []
    with reporting(faults.append):
        assert many.rewrite(Say("hi"), CALL) == [Say("hi")]
    assert faults[0].error == "returned list, expected an action or a list of at most 100 actions"


def test_rewriters_that_make_ever_more_of_each_other_are_stopped_with_what_there_was():
    double = {f"a{number}": Rewriter(lambda action: [action, action]) for number in range(20)}
    faults = []
    with reporting(faults.append):
        assert len(hooks(**double).rewrite(Say("hi"), CALL)) == 64
    assert {fault.error for fault in faults} == {"makes more than 100 actions of one"}
    assert [fault.source for fault in faults] == [f"responses/a{number}" for number in range(6, 20)]


def test_a_rewriter_may_leave_the_call_out():
    class Short:
        @hookimpl
        def rewrite_action(self, action):
            return Say(action.text.upper())

    assert hooks(acme=Short()).rewrite(Say("hi"), CALL) == [Say("HI")]


# --- audio


class Files:
    """Reads what it is given to read; `late`: awaited."""

    def __init__(self, samples, *, late=False):
        self.samples, self.late = samples, late

    @hookimpl
    def load_audio(self, data, audio):
        return self.answer() if self.late else self._given()

    async def answer(self):
        return self._given()

    def _given(self):
        if isinstance(self.samples, BaseException):
            raise self.samples
        return self.samples


def loaded(**files):
    return anyio.run(hooks(**files).load_audio, b"RIFF", AudioFormat())


@pytest.mark.parametrize("late", [False, True])
def test_the_first_plugin_that_reads_a_file_gives_its_samples(late):
    assert loaded(other=Files(None, late=late), acme=Files(b"\xff", late=late)) == b"\xff"


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("given", "error"),
    [("RIFF", "returned str, expected bytes|gave str in the end"), (ValueError(SECRET), "ValueError")],
)
def test_after_a_file_reader_that_does_wrong_the_next_is_asked(given, error, late, caplog):
    faults = []
    with reporting(faults.append):
        assert loaded(bad=Files(given, late=late), acme=Files(b"\xff")) == b"\xff"
    [fault] = faults
    assert (fault.source, fault.hook, fault.distribution) == ("responses/bad", "load_audio", "acme-bad")
    assert re.match(error, fault.error)
    assert SECRET not in caplog.text


@pytest.mark.parametrize("late", [False, True])
def test_a_file_that_one_reader_cannot_play_is_given_to_the_next(late):
    assert loaded(one=Files(Unplayable(), late=late), acme=Files(b"\xff")) == b"\xff"


@pytest.mark.parametrize("late", [False, True])
def test_why_a_file_cannot_be_played_is_no_fault_of_who_says_so(late):
    with pytest.raises(Unplayable) as caught:
        assert not faults_of(
            loaded, one=Files(Unplayable(SECRET, reason="no sound"), late=late), other=Files(None)
        )
    assert caught.value.reason == "no sound"


# --- narrowing


def test_only_chosen_plugins_are_asked():
    plugins = plugins_of(one=Handler(Say("one")), two=Handler(Say("two")))
    narrowed = Hooks(plugins, [plugins.loaded["responses/two"]])
    assert narrowed.handle(TEXT, CALL).plugin == "responses/two"


def test_only_chosen_plugins_rewrite():
    plugins = plugins_of(a=appending("a"), b=appending("b"))
    assert Hooks(plugins, [plugins.loaded["responses/b"]]).rewrite(Say("hi "), CALL) == [Say("hi b")]


# --- a plugin's own value


class Everything:
    """Keeps what it is given as `plugin`."""

    def __init__(self):
        self.given = []

    @hookimpl
    def handle_text(self, response, plugin):
        self.given.append(plugin)

    @hookimpl
    def rewrite_action(self, action, plugin):
        self.given.append(plugin)

    @hookimpl
    def call_started(self, call, plugin):
        self.given.append(plugin)

    @hookimpl
    def measured(self, name, plugin):
        self.given.append(plugin)

    @hookimpl
    def admin_page(self, path, plugin):
        self.given.append(plugin)

    @hookimpl
    def load_audio(self, data, plugin):
        self.given.append(plugin)


def test_each_hook_of_a_call_may_have_the_plugins_own_value():
    module = Everything()
    plugins = plugins_of(acme=module)
    plugins.guard.values["responses/acme"] = "mine"
    asking = hooks_of(plugins)
    asking.handle(TEXT, CALL)
    asking.rewrite(Say("hi"), CALL)
    asking.tell("call_started", call=CALL)
    asking.measure("turns", 1, {})
    asking.admin_page("/")
    anyio.run(asking.load_audio, b"", AudioFormat())
    assert module.given == ["mine"] * 6


def test_the_plugins_of_one_distribution_share_a_state_of_the_call():
    one, two, other = Handler(None), Handler(None), Handler(None)
    plugins = Plugins()
    for name, distribution, module in (("1", "acme", one), ("2", "acme", two), ("3", "bravo", other)):
        plugins.hold(Plugin(f"responses/{name}", distribution, "1", module))
    hooks_of(plugins).handle(TEXT, CallInfo("1", "support"))
    one.calls[0].shared["asked"] = 1
    assert (two.calls[0].shared, other.calls[0].shared) == ({"asked": 1}, {})


def test_a_handler_that_gives_a_response_is_not_asked_where_it_is_left_out():
    asking = hooks(first=Handler(Say("no")), second=Handler(Say("yes")))
    assert asking.handle(TEXT, CALL, without=["responses/first"]).plugin == "responses/second"
