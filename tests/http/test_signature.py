"""The signature of Standard Webhooks."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from switchhook_http import key_in, signed

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
