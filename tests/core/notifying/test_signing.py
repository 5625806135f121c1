"""Webhooks are signed as Standard Webhooks says."""

import pytest

from windrow.core.notifying.signing import new_signing_secret, sign
from windrow.errors import BadInput


def test_the_signature_is_that_of_the_published_example() -> None:
    headers = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_another_body_moment_or_id_has_another_signature() -> None:
    secret = new_signing_secret(bytes(32))
    signed = [
        sign(secret, message_id=name, timestamp=moment, body=body)["webhook-signature"]
        for name, moment, body in (("a", 1, b"x"), ("b", 1, b"x"), ("a", 2, b"x"), ("a", 1, b"y"))
    ]

    assert len(set(signed)) == 4


def test_a_secret_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput):
        sign("whsec_*", message_id="a", timestamp=1, body=b"")
