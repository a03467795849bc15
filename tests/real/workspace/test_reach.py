"""What `tests/reach.py` refuses to a quick test, a real one may."""

import socket


def test_a_real_test_may(tmp_path):
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        assert one.getsockname()[1] > 0
