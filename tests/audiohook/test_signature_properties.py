"""Whatever is signed verifies; whatever is changed does not; whatever comes is judged."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook_audiohook.signature import UpgradeRequest, Verdict, sign, verify

from .at_once import Seen, at_once

PRINTABLE = st.text(string.ascii_letters + string.digits + "-._~%&=?/+", min_size=1, max_size=30)
KEY = st.from_regex(r"[a-zA-Z0-9+/_-]{1,40}={0,2}", fullmatch=True)
SECRET = st.binary(min_size=1, max_size=80)
NONCE = st.text(string.ascii_letters + string.digits + "+/=", min_size=22, max_size=40)
NAMES = ("Audiohook-Organization-Id", "Audiohook-Session-Id", "Audiohook-Correlation-Id")
# as websockets gives them: bytes that are not ASCII become surrogate escapes
VALUE = st.one_of(
    st.text(max_size=60), st.binary(max_size=60).map(lambda b: b.decode("ascii", "surrogateescape"))
)
REQUEST = st.builds(
    lambda target, authority, ids: UpgradeRequest(
        "GET", "/" + target, authority, list(zip(NAMES, ids, strict=True))
    ),
    PRINTABLE,
    st.from_regex(r"[a-z0-9.-]{1,20}(:[1-9][0-9]{0,3})?", fullmatch=True),
    st.tuples(PRINTABLE, PRINTABLE, PRINTABLE),
)


def with_headers(request, headers):
    return UpgradeRequest(request.method, request.target, request.authority, headers)


def signed(request, key, secret, nonce, now=1_750_000_000.0):
    return with_headers(request, [*request.headers, *sign(request, key, secret, now, nonce)])


@given(REQUEST, KEY, SECRET, NONCE, st.integers(-3, 13))
def test_what_is_signed_verifies_within_its_time(request, key, secret, nonce, age):
    made = signed(request, key, secret, nonce)
    assert at_once(verify(made, {key: secret}, 1_750_000_000 + age, Seen())) is Verdict.VERIFIED


@given(REQUEST, KEY, SECRET, NONCE, st.data())
def test_a_changed_part_is_refused(request, key, secret, nonce, data):
    made = signed(request, key, secret, nonce)
    part = data.draw(st.sampled_from(["target", "authority", *NAMES]))
    target, authority, headers = made.target, made.authority, list(made.headers)
    if part == "target":
        target += "x"
    elif part == "authority":
        authority = "x" + authority
    else:
        headers = [(name, value + "x" if name == part else value) for name, value in headers]
    changed = UpgradeRequest("GET", target, authority, headers)
    assert at_once(verify(changed, {key: secret}, 1_750_000_000, Seen())) is Verdict.BAD_SIGNATURE


@given(REQUEST, KEY, SECRET, NONCE, st.data())
def test_a_flipped_bit_of_the_signature_is_refused(request, key, secret, nonce, data):
    made = signed(request, key, secret, nonce)
    *headers, (name, value) = made.headers
    alphabet = string.ascii_letters + string.digits + "+/"
    # the last character before the padding carries four bits, so any other of the first 42 is a change
    place = data.draw(st.integers(6, 6 + 41))
    other = data.draw(st.sampled_from(alphabet.replace(value[place], "")))
    headers.append((name, value[:place] + other + value[place + 1 :]))
    assert (
        at_once(verify(with_headers(made, headers), {key: secret}, 1_750_000_000, None))
        is Verdict.BAD_SIGNATURE
    )


@given(REQUEST, KEY, SECRET, SECRET, NONCE)
def test_another_secret_is_refused(request, key, secret, other, nonce):
    # HMAC pads its key with zeros, so two secrets that differ in those only are one
    if secret.rstrip(b"\0") == other.rstrip(b"\0"):
        other = b"another" + other
    assert (
        at_once(verify(signed(request, key, secret, nonce), {key: other}, 1_750_000_000, None))
        is Verdict.BAD_SIGNATURE
    )


@settings(max_examples=300)
@given(
    VALUE,
    VALUE,
    VALUE,
    VALUE,
    VALUE,
    st.lists(st.tuples(st.sampled_from([*NAMES, "X-API-KEY"]), VALUE), max_size=3),
)
def test_garbage_is_refused_and_never_raises(target, authority, key, written, signature, more):
    headers = [("X-API-KEY", key), ("Signature-Input", written), ("Signature", signature), *more]
    request = UpgradeRequest("GET", target, authority, headers)
    assert at_once(verify(request, {"key": b"secret"}, 0, Seen())) is not Verdict.VERIFIED


_WORDS = ("sig1", "=", "(", ")", ";", ",", " ", "\t", '"', "@authority", '"x-api-key"', "keyid", "created")
FIELD = st.lists(
    st.sampled_from(
        [
            *_WORDS,
            "nonce",
            ":",
            "aGk=",
            "?1",
            "-1",
            "1.5",
            "@9999999999999",
            '%"%c3"',
            "expires",
            "\\",
            "*",
            "alg",
            "9" * 16,
        ]
    ),
    max_size=25,
).map("".join)


@settings(max_examples=300)
@given(FIELD, FIELD)
def test_nearly_structured_fields_are_refused_and_never_raise(written, signature):
    headers = [("X-API-KEY", "key"), ("Signature-Input", written), ("Signature", signature)]
    request = UpgradeRequest("GET", "/", "example.com", headers)
    assert at_once(verify(request, {"key": b"secret"}, 0, Seen())) is not Verdict.VERIFIED


PARAMETER = st.one_of(
    st.sampled_from(["", "=?1", "=1", "=-1", "=1.5", '="text"', "=token", "=:aGk=:", "=@1", '=%"text"']),
)


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(["keyid", "nonce", "alg", "created", "expires", "tag"]), PARAMETER))
def test_parameters_of_any_type_are_judged(parameters):
    written = "sig1=()" + "".join(f";{name}{value}" for name, value in parameters.items())
    headers = [("X-API-KEY", "text"), ("Signature-Input", written), ("Signature", "sig1=:aGk=:")]
    request = UpgradeRequest("GET", "/", "example.com", headers)
    expected = Verdict.MISSING_COMPONENT
    strings = all(parameters.get(n, '="text"') == '="text"' for n in ("keyid", "nonce", "alg"))
    integers = all(parameters.get(n, "=1") == "=1" for n in ("created", "expires"))
    if not (strings and integers):
        expected = Verdict.MALFORMED_INPUT
    assert at_once(verify(request, {"text": b"secret"}, 0, Seen())) is expected
