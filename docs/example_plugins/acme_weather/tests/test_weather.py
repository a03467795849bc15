from acme_weather import handle_user_defined

from switchhook import Say, parse_response


def test_the_weather_is_said():
    asked = parse_response({"response_type": "user_defined", "user_defined": {"weather": "today"}})
    assert handle_user_defined(asked, None) == Say("It will stay dry.")
