"""The signature of Standard Webhooks, and tokens."""

import time
from datetime import UTC, datetime

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from switchhook_http import key_in, signed, token

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_it_is_the_one_that_the_standards_own_library_makes(monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1614265330.5)
    headers = signed(key_in(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(st.binary(min_size=24, max_size=64), st.text(), st.text(st.characters(codec="ascii"), min_size=1))
def test_it_is_so_for_any_key_turn_and_body(key, body, turn):
    headers = signed(key, turn, body.encode("utf-8", "replace"))
    then = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    said = body.encode("utf-8", "replace").decode()
    assert headers["webhook-signature"] == Webhook(key).sign(turn, then, said)


# --- tokens

PLAIN = "a secret of thirty-two characters or more"


def test_a_token_is_one_that_a_library_for_them_accepts():
    now = time.time()
    claims = jwt.decode(token(PLAIN, {"iss": "we"}, 300), PLAIN, algorithms=["HS256"])
    assert claims == {"iss": "we", "iat": claims["iat"], "exp": claims["iat"] + 300}
    assert 0 <= claims["iat"] - int(now) <= 5


def test_a_token_of_another_secret_is_not_accepted():
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token(PLAIN, {}, 300), f"{PLAIN}!", algorithms=["HS256"])


def test_a_token_is_good_for_no_longer():
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(token(PLAIN, {}, -1), PLAIN, algorithms=["HS256"])
