"""Which plugins are imported, whether they fit, and in which order they are asked."""

from functools import partial

import pytest

from switchhook import CallInfo, Figure, PluginError, SettingsError, hookimpl, parse_response
from switchhook.plugins.asking import Hooks
from switchhook.plugins.loader import Plugin, Plugins, only_installed
from switchhook.serving.measuring.figures import declared

HANDLER = """
from switchhook import Say, hookimpl

@hookimpl
def handle_text(response, call):
    return Say("from acme")
"""
DECLINER = """
from switchhook import hookimpl

@hookimpl{mark}
def handle_text(response, call):
    call.variables["asked"].append(__name__)
"""
ENGINE = """
from switchhook import hookimpl

@hookimpl
def create_stt(options):
    return object()
"""


def refusal(act, *arguments):
    with pytest.raises(PluginError) as caught:
        act(*arguments)
    return caught.value


def shared(**narrowed):
    plugins = Plugins(narrowed.pop("order", ()))
    plugins.load_shared(**narrowed)
    return plugins


def refused(site, source, **more):
    """The refusal of a `responses` plugin with that source."""
    site.add("responses", "acme", source, **more)
    return refusal(shared)


def asked(plugins):
    """The modules of the text handlers, in the order in which they are asked; all of them decline."""
    call = CallInfo("1", "support", variables={"asked": []})
    Hooks(plugins, list(plugins.loaded.values())).handle(
        parse_response({"response_type": "text", "text": "hi"}), call
    )
    return call.variables["asked"]


# --- what is loaded


def test_a_plugin_is_known_by_group_and_name(site):
    site.add("responses", "acme", HANDLER)
    assert list(shared().loaded) == ["responses/acme"]


def test_a_plugin_carries_its_distribution_and_version(site):
    site.add("responses", "acme", HANDLER, distribution="acme-text", version="4.5")
    plugin = shared().loaded["responses/acme"]
    assert (plugin.distribution, plugin.version) == ("acme-text", "4.5")


def test_a_plugin_lists_the_hooks_it_implements(site):
    site.add(
        "responses",
        "acme",
        HANDLER
        + """
@hookimpl
def call_ended(record):
    pass
""",
    )
    assert shared().loaded["responses/acme"].hooks == ("call_ended", "handle_text")


def test_an_entry_point_may_name_an_object_in_a_module(site):
    source = """
    from switchhook import hookimpl

    class Acme:
        @hookimpl
        def handle_text(self, response):
            return None

    acme = Acme()
    """
    site.add("responses", "acme", source, target="acme_acme_responses_acme:acme")
    assert shared().loaded["responses/acme"].hooks == ("handle_text",)


def test_one_name_may_serve_two_groups(site):
    site.add("responses", "acme", HANDLER)
    site.add("stt", "acme", ENGINE)
    plugins = shared()
    plugins.load_one("stt", "acme")
    assert list(plugins.loaded) == ["responses/acme", "stt/acme"]


def test_a_driver_that_is_not_named_is_not_imported(site):
    site.add("stt", "ear", ENGINE)
    other = site.add("stt", "other", ENGINE)
    plugins = shared()
    plugins.load_one("stt", "ear")
    assert other not in site.imported()


def test_a_driver_named_twice_is_loaded_once(site):
    site.add("stt", "ear", ENGINE)
    plugins = Plugins()
    assert plugins.load_one("stt", "ear") is plugins.load_one("stt", "ear")


@pytest.mark.parametrize("group", ["codec", "responses", "extension"])
def test_an_excluded_plugin_is_not_imported(site, group):
    out = site.add(group, "out", HANDLER)
    shared(exclude=["out"])
    assert out not in site.imported()


def test_a_plugin_can_be_excluded_by_group_and_name(site):
    site.add("responses", "acme", HANDLER)
    site.add("extension", "acme", HANDLER)
    assert list(shared(exclude=["extension/acme"]).loaded) == ["responses/acme"]


@pytest.mark.parametrize("group", ["codec", "responses", "extension"])
def test_a_plugin_that_only_leaves_out_is_not_imported(site, group):
    out = site.add(group, "out", HANDLER)
    site.add("responses", "kept", HANDLER)
    shared(only=["kept"])
    assert out not in site.imported()


def test_what_was_installed_a_moment_ago_is_found(site):
    site.add("responses", "acme", HANDLER, distribution="acme")
    shared()
    site.add("responses", "newer", HANDLER, distribution="acme")
    assert set(shared().loaded) == {"responses/acme", "responses/newer"}


@pytest.mark.parametrize("field", ["only", "exclude", "order"])
def test_a_name_in_a_list_must_be_installed(site, field):
    site.add("responses", "acme", HANDLER)
    error = refusal(lambda: shared(**{field: ["amce"]}))
    assert str(error) == (
        "plugin amce: is named in the configuration but not installed; did you mean 'acme'?"
    )


# --- the order of asking


def test_names_are_asked_first_to_last(site):
    names = [site.add("responses", name, DECLINER.format(mark="")) for name in ("b", "c", "a")]
    assert asked(shared()) == [names[2], names[0], names[1]]


def test_a_stranger_is_asked_before_a_bundled_handler(site):
    bundled = site.add("responses", "aa_bundled", DECLINER.format(mark="(trylast=True)"))
    stranger = site.add("responses", "zz_stranger", DECLINER.format(mark=""))
    assert asked(shared()) == [stranger, bundled]


def test_the_configured_order_goes_before_names(site):
    a, b, c = (site.add("responses", name, DECLINER.format(mark="")) for name in "abc")
    assert asked(shared(order=["c", "responses/b"])) == [c, b, a]


def test_the_first_answer_ends_the_asking(site):
    site.add("responses", "a", HANDLER)
    site.add("responses", "b", DECLINER.format(mark=""))
    assert asked(shared()) == []


# --- what does not fit


def test_a_missing_driver_says_what_is_installed_and_how_to_get_it(site):
    site.add("stt", "ear", ENGINE)
    error = refusal(Plugins().load_one, "stt", "nose")
    assert str(error) == ("plugin stt/nose: is not installed; installed: ear")


def test_a_misspelt_hook_is_refused_with_the_nearest_one(site):
    error = refused(site, HANDLER.replace("handle_text", "handle_txet"))
    assert str(error) == (
        "plugin responses/acme (from acme-acme), hook handle_txet: there is no such hook; "
        "did you mean 'handle_text'?"
    )


def test_a_hook_like_no_other_is_refused_with_the_list(site):
    error = refused(site, HANDLER.replace("handle_text", "zzz"))
    assert error.cure.startswith("hooks: create_transport, create_stt")


def test_a_wrong_parameter_name_is_refused_with_the_right_ones(site):
    error = refused(site, HANDLER.replace("(response, call)", "(reply, call)"))
    assert str(error) == (
        "plugin responses/acme (from acme-acme), hook handle_text: has no parameter 'reply'; "
        "its parameters: response, call, plugin"
    )


@pytest.mark.parametrize("parameters", ["*response", "**response", "response, *, call", "response, /, call"])
def test_parameters_that_cannot_be_matched_by_name_are_refused(site, parameters):
    error = refused(site, HANDLER.replace("(response, call)", f"({parameters})"))
    assert (error.hook, error.cure) == ("handle_text", "its parameters: response, call, plugin")


UNDECIDED = {
    "coroutine": "async def handle_text(response): return None",
    "generator": "def handle_text(response): yield None",
    "async generator": "async def handle_text(response): yield None",
}


@pytest.mark.parametrize("form", UNDECIDED)
def test_a_handler_that_cannot_decline_is_refused(site, form):
    error = refused(site, f"from switchhook import hookimpl\n@hookimpl\n{UNDECIDED[form]}\n")
    assert str(error) == (
        "plugin responses/acme (from acme-acme), hook handle_text: is a coroutine or a generator, so it could "
        "never decline; make it a plain def; to answer slowly return an async generator made by an inner "
        "function"
    )


@pytest.mark.parametrize("mark", ["wrapper", "hookwrapper"])
def test_a_hook_wrapper_is_refused_because_nothing_could_contain_it(site, mark):
    source = f"from switchhook import hookimpl\n@hookimpl({mark}=True)\ndef handle_text(response): return (yield)\n"
    error = refused(site, source)
    assert (error.hook, error.cause) == ("handle_text", "is a hook wrapper, which is not supported")


def test_a_lifespan_may_be_made_by_asynccontextmanager(site):
    source = """
    from contextlib import asynccontextmanager
    from switchhook import hookimpl

    @hookimpl
    @asynccontextmanager
    async def lifespan(app):
        yield
    """
    site.add("extension", "acme", source)
    assert shared().loaded["extension/acme"].hooks == ("lifespan",)


def test_a_module_without_hooks_is_refused(site):
    error = refused(site, "")
    assert str(error) == (
        "plugin responses/acme (from acme-acme): implements no hook; mark its functions with @hookimpl"
    )


def test_a_hook_under_another_function_name_is_checked_as_that_hook(site):
    error = refused(site, HANDLER.replace("@hookimpl", "@hookimpl(specname='handle_nothing')"))
    assert error.hook == "handle_nothing"


FAILING = {
    "ImportError": "import no_such_module_anywhere",
    "AssertionError": "assert not 'a bug'",
    "SystemExit": "raise SystemExit(3)",
    "SyntaxError": "def",
    "RuntimeError": "raise RuntimeError('no model')",
}


@pytest.mark.parametrize("kind", FAILING)
def test_a_broken_import_is_refused(site, kind):
    error = refused(site, FAILING[kind])
    name = "ModuleNotFoundError" if kind == "ImportError" else kind
    assert (error.plugin, error.distribution) == ("responses/acme", "acme-acme")
    assert error.cause.startswith(f"importing acme_acme_responses_acme failed: {name}")


@pytest.mark.parametrize("kind", FAILING)
def test_a_driver_whose_import_breaks_is_refused(site, kind):
    site.add("stt", "ear", FAILING[kind])
    error = refusal(Plugins().load_one, "stt", "ear")
    assert (error.plugin, error.distribution) == ("stt/ear", "acme-ear")


def test_the_way_out_of_a_broken_handler_is_to_leave_it_out(site):
    assert refused(site, "assert False").cure == "reinstall acme-acme, or say [plugins] exclude = ['acme']"


def test_the_way_out_of_a_broken_driver_is_to_reinstall_it(site):
    site.add("stt", "ear", "assert False")
    assert refusal(Plugins().load_one, "stt", "ear").cure == "reinstall acme-ear"


def test_a_broken_import_is_told_in_one_line(site):
    error = refused(site, "raise ImportError('first\\n\\n  second')")
    assert "ImportError: first second" in str(error)


def test_an_entry_point_without_its_object_is_refused(site):
    error = refused(site, HANDLER, target="acme_acme_responses_acme:nothing")
    assert "AttributeError" in error.cause


def test_one_name_from_two_distributions_is_refused_with_both(site):
    site.add("stt", "ear", ENGINE, distribution="acme")
    site.add("stt", "ear", ENGINE, distribution="bravo")
    error = refusal(Plugins().load_one, "stt", "ear")
    assert str(error) == (
        "plugin stt/ear: is claimed by acme (acme_stt_ear) and bravo (bravo_stt_ear); uninstall one of them"
    )


def test_one_handler_name_from_two_distributions_is_refused(site):
    site.add("responses", "acme", HANDLER, distribution="acme")
    error = refused(site, HANDLER, distribution="bravo")
    assert error.cause == "is claimed by acme (acme_responses_acme) and bravo (bravo_responses_acme)"


def test_one_module_under_two_entry_points_is_refused_with_both(site):
    module = site.add("responses", "one", HANDLER, distribution="acme")
    site.add("responses", "two", distribution="acme", target=module)
    error = refusal(shared)
    assert str(error) == (
        "plugin responses/one (from acme): is the same object as responses/two; "
        "give each entry point a module of its own"
    )


@pytest.mark.parametrize("requirement", ["switchhook>=2,<3", "Switchhook>=2", "switchhook[testing]<0.1"])
def test_a_plugin_for_another_major_version_is_refused(site, requirement):
    error = refused(site, HANDLER, requires=[requirement])
    assert error.cause.startswith("was made for switchhook ")
    assert (error.distribution, error.cure) == ("acme-acme", "upgrade acme-acme or switchhook")


def test_a_plugin_for_another_major_version_is_not_imported(site):
    refused(site, "from switchhook import SomethingOfVersionTwo", requires=["switchhook>=2,<3"])
    assert not site.imported()


def test_a_driver_for_another_major_version_is_refused(site):
    site.add("stt", "ear", ENGINE, requires=["switchhook>=2,<3"])
    assert refusal(Plugins().load_one, "stt", "ear").plugin == "stt/ear"


def test_a_requirement_of_an_extra_does_not_count(site):
    site.add("responses", "acme", HANDLER, requires=['switchhook>=2; extra == "next"'])
    assert "responses/acme" in shared().loaded


@pytest.mark.parametrize("requires", [(), ("numpy>=1",), ("switchhook",)])
def test_a_plugin_that_asks_for_no_version_is_taken(site, requires):
    site.add("responses", "acme", HANDLER, requires=requires)
    assert "responses/acme" in shared().loaded


# --- a driver that nobody named


def test_the_only_transport_that_is_installed_is_the_one(site):
    site.add("transport", "pipe", ENGINE)
    assert only_installed("transport") == "pipe"


def test_of_several_transports_one_must_be_named(site):
    for name in ("radio", "pipe"):
        site.add("transport", name, ENGINE)
    with pytest.raises(SettingsError) as caught:
        only_installed("transport")
    assert str(caught.value) == (
        "several transports are installed (pipe, radio): say which in [transport] use"
    )


@pytest.mark.usefixtures("site")
def test_without_any_transport_the_way_out_is_to_install_one():
    assert str(refusal(only_installed, "transport")) == (
        "plugin transport: none is installed; pip install the transport of your platform; the README names it"
    )


# --- figures


FIGURES = """
from switchhook import Figure, hookimpl

@hookimpl
def figures():
    return [Figure("doors", "level", "{meaning}")]
"""


def asked_for(plugins, plugin, hook):
    return plugins.caller(hook, [plugin])()


def test_the_figures_of_plugins_are_declared_beside_those_of_core(site):
    site.add("extension", "acme", FIGURES.format(meaning="Doors that stand open"))
    plugins = shared()
    found = declared(plugins, partial(asked_for, plugins))
    assert found["doors"] == Figure("doors", "level", "Doors that stand open")
    assert found["turn_seconds"].kind == "seconds"


def test_one_figure_that_two_declare_otherwise_is_refused(site):
    site.add("extension", "acme", FIGURES.format(meaning="Doors that stand open"))
    site.add("extension", "bravo", FIGURES.format(meaning="Doors"))
    plugins = shared()
    error = refusal(declared, plugins, partial(asked_for, plugins))
    assert (error.hook, error.cure) == ("figures", "name it otherwise")


# --- hooks of other modules


BORROWED = """
from switchhook import hookimpl
from {module} import handle_text

@hookimpl
def handle_image(response):
    return handle_text(response, None)
"""


def test_a_hook_function_that_was_merely_imported_is_refused_with_the_way_out(site):
    other = site.add("extension", "other", HANDLER)
    error = refused(site, BORROWED.format(module=other))
    assert str(error) == (
        f"plugin responses/acme (from acme-acme), hook handle_text: was imported from {other}, whose hook it is; "
        f"import the module {other} instead; or, to have it as a hook of this plugin, name it in __all__"
    )


def test_a_hook_function_of_another_module_may_be_named_as_ones_own(site):
    other = site.add("stt", "other", HANDLER + ENGINE)
    site.add("responses", "acme", BORROWED.format(module=other) + '\n__all__ = ["handle_text"]\n')
    assert shared().loaded["responses/acme"].hooks == ("handle_image", "handle_text")


def test_the_module_of_a_hook_function_may_be_imported(site):
    other = site.add("stt", "other", HANDLER + ENGINE)
    site.add("responses", "acme", f"import {other}\n" + HANDLER)
    assert shared().loaded["responses/acme"].hooks == ("handle_text",)


def test_a_hook_function_may_be_made_by_a_function_of_another_module(site):
    maker = """
    from switchhook import Say, hookimpl

    def saying(words):
        @hookimpl
        def handle_text(response):
            return Say(words)
        return handle_text
    """
    other = site.add("stt", "other", maker)
    site.add("responses", "acme", f"from {other} import saying\n\nhandle_text = saying('hi')\n")
    assert shared().loaded["responses/acme"].hooks == ("handle_text",)


# --- drivers


class _Ear:
    def __init__(self, name):
        self.name = name

    @hookimpl
    def create_stt(self, options):
        return self.name


def test_a_driver_hook_asks_only_the_plugin_that_was_named():
    plugins = Plugins()
    first, _last = (plugins.hold(Plugin(f"stt/{name}", "acme", "1", _Ear(name))) for name in ("one", "two"))
    assert plugins.caller("create_stt", [first])(options={}) == "one"


def test_an_object_held_twice_is_refused():
    plugins, ear = Plugins(), _Ear("one")
    plugins.hold(Plugin("stt/one", "acme", "1", ear))
    error = refusal(plugins.hold, Plugin("stt/two", "acme", "1", ear))
    assert "is the same object as stt/one" in str(error)


def test_a_name_held_twice_is_refused():
    plugins = Plugins()
    plugins.hold(Plugin("stt/one", "acme", "1", _Ear("one")))
    error = refusal(plugins.hold, Plugin("stt/one", "bravo", "1", _Ear("two")))
    assert (error.plugin, error.distribution) == ("stt/one", "bravo")
