"""The mark that makes a function an implementation of a hook."""

import pluggy

hookimpl = pluggy.HookimplMarker("switchhook")
