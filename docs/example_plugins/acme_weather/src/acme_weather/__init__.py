from switchhook import Say, hookimpl


@hookimpl
def handle_user_defined(response, call):
    if "weather" not in response.user_defined:
        return None  # not mine: the next plugin is asked
    return Say("It will stay dry.")
