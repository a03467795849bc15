"""Who is let in."""

from __future__ import annotations

import math
import time

from ..bench import REFUSALS, UNSIGNED, Bench, Request, other_secret
from ..case import ASSUMED, DOCUMENTED, OURS, REFERENCE, case, holds
from ..profile import decoded
from ..signing import COMPONENTS, Flaw
from ..verdict import Failed


def flawed(**parameters: str | int | None) -> Flaw:
    return Flaw(parameters=parameters)


def bad_signatures() -> dict[str, Flaw]:
    now = int(time.time())
    without = {name: Flaw(components=[c for c in COMPONENTS if c != name]) for name in COMPONENTS}
    return {f"without {name}": flaw for name, flaw in without.items()} | {
        "a component twice": Flaw(components=[*COMPONENTS, "@authority"]),
        "created a minute ago": flawed(created=now - 60, expires=now + 30),
        "created in a minute": flawed(created=now + 60, expires=now + 90),
        "expired": flawed(created=now - 5, expires=now - 4 - 3),
        "no created": flawed(created=None),
        "no nonce": flawed(nonce=None),
        "a short nonce": flawed(nonce="short"),
        "no keyid": flawed(keyid=None),
        "another keyid": flawed(keyid="somebody-else"),
        "another algorithm": flawed(alg="hmac-sha1"),
    }


@case("A01", "a request that is signed well is let in", DOCUMENTED)
async def _a01(bench: Bench) -> None:
    await bench.let_in()


@case("A02", "parameters that are signed and unknown are let in", "RFC 9421, which defines more of them")
async def _a02(bench: Bench) -> None:
    await bench.let_in(Request(flaw=flawed(tag="audiohook")))


@case("A03", "whatever is wrong with a signature, the answer is 401, or disconnect unauthorized", DOCUMENTED,
      needs=("client_secret",))  # fmt: skip
async def _a03(bench: Bench) -> None:
    for what, flaw in bad_signatures().items():
        await bench.refused(Request(flaw=flaw), what=f" to a signature {what}")


@case("A04", "an unsigned request under a key with a secret is refused", REFERENCE, needs=("client_secret",))
async def _a04(bench: Bench) -> None:
    await bench.refused(Request(flaw=UNSIGNED))


@case("A05", "an unsigned request under a key without a secret is let in", REFERENCE, needs=("open_key",))
async def _a05(bench: Bench) -> None:
    await bench.let_in(Request(api_key=bench.profile.open_key, flaw=UNSIGNED))


@case("A06", "an unknown API key is refused, signed or not", REFERENCE)
async def _a06(bench: Bench) -> None:
    await bench.refused(Request(api_key="nobody-knows-this-key", flaw=UNSIGNED))
    await bench.refused(Request(api_key="nobody-knows-this-key", secret=other_secret()))


@case("A07", "refusals take the same time, so that it tells nothing", DOCUMENTED, needs=("client_secret",))
async def _a07(bench: Bench) -> None:
    kinds = {
        "a wrong secret": Request(secret=other_secret()),
        "an unknown key": Request(api_key="nobody-knows-this-key"),
        "an old request": Request(flaw=flawed(created=int(time.time()) - 60)),
    }
    # A busy machine adds to a time and takes nothing from it: the quickest of each kind tells, in turns.
    quickest = dict.fromkeys(kinds, math.inf)
    for turn in range(9):
        for kind, request in kinds.items():
            began = time.monotonic()
            await bench.refused(request)
            quickest[kind] = min(quickest[kind], time.monotonic() - began)
        spread = max(quickest.values()) - min(quickest.values())
        if turn >= 2 and spread <= 0.05:
            break
    holds(spread <= 0.05, "refusal times within 50 ms", {k: round(v, 3) for k, v in quickest.items()})


@case("A08", "the same signed request is let in once", DOCUMENTED, needs=("client_secret",))
async def _a08(bench: Bench) -> None:
    headers = bench.headers(Request())
    await bench.let_in(headers=headers)
    await bench.refused(headers=headers, what=" to the second")


@case("A09", "both keys of a rotation are let in", REFERENCE, needs=("second_key",))
async def _a09(bench: Bench) -> None:
    second = bench.profile.second_key
    if second is None:
        raise Failed("a second key", "none")
    secret = decoded(second.client_secret.get_secret_value())
    await bench.let_in(Request(api_key=second.api_key, secret=secret))


@case(
    "A10",
    "a signature that is a byte short is refused, and the server lives on",
    OURS,
    needs=("client_secret",),
)
async def _a10(bench: Bench) -> None:
    await bench.refused(Request(flaw=Flaw(cut=1)))
    await bench.let_in(what=" with the next request")


@case("A11", "a session id that is no UUID is a bad request", ASSUMED)
async def _a11(bench: Bench) -> None:
    verdict = await bench.verdict(Request(headers={"audiohook-session-id": "seven"}))
    good = ("HTTP 400", *REFUSALS, "disconnect error")
    holds(verdict in good, "HTTP 400, or another refusal", verdict)


@case("A12", "the host that a proxy forwards counts where it is trusted, and nowhere else", ASSUMED,
      needs=("client_secret", "forwarded"))  # fmt: skip
async def _a12(bench: Bench) -> None:
    forwarded = bench.profile.forwarded
    if forwarded is None:
        raise Failed("a forwarded host", "none")
    name = {"x-forwarded-host": forwarded.host}
    judged = bench.let_in if forwarded.trusted else bench.refused
    await judged(Request(headers=name, authority=forwarded.host), what=" by the signature over that host")
    await bench.refused(Request(headers=name, authority="elsewhere.example.com"))
    await bench.refused(Request(authority=forwarded.host))


@case("A13", "slashes that were doubled by joining base and Connector ID do no harm", ASSUMED)
async def _a13(bench: Bench) -> None:
    target = "/" + bench.profile.target
    async with bench.connect(Request(target=target)) as wire:
        await wire.opened()
        await wire.close()


@case("A14", "a health check is answered without a signature", ASSUMED, needs=("health_path",))
async def _a14(bench: Bench) -> None:
    status = await bench.get(bench.profile.health_path or "/")
    holds(status == 200, "HTTP 200", status)


@case("A15", "the number of a retry may be there or not", DOCUMENTED)
async def _a15(bench: Bench) -> None:
    for attempt in ("0", "3", None):
        await bench.let_in(
            Request(headers={"audiohook-retry-attempt": attempt}), what=f" at attempt {attempt}"
        )
