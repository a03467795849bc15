"""A user_defined response {"acme_customer": "4711"} says who calls; meanwhile the caller hears a word."""

from contextlib import asynccontextmanager

import aiohttp

from switchhook import Say, SetVariables, Table, hookimpl


class CrmSettings(Table):
    url: str = "http://127.0.0.1:8000/customers"


@hookimpl
def settings_model():
    return CrmSettings  # [plugins.acme_crm] in the configuration


@hookimpl
def lifespan(app):
    @asynccontextmanager
    async def connected():
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            yield Customers(http, app.settings_of("acme_crm").url)

    return connected()


class Customers:
    def __init__(self, http, url):
        self.http, self.url = http, url

    async def name_of(self, number):
        async with self.http.get(f"{self.url}/{int(number)}") as answer:
            answer.raise_for_status()
            return (await answer.json())["name"]


@hookimpl
def handle_user_defined(response, call, plugin):
    number = response.user_defined.get("acme_customer")
    if number is None:
        return None  # not mine: the next plugin is asked

    async def look_up():
        yield Say("One moment, please.")
        try:
            name = await plugin.name_of(number)
        except (aiohttp.ClientError, TimeoutError, LookupError, ValueError):
            yield Say("I can't find you just now.")
        else:
            yield SetVariables({"customer_name": name})
            yield Say(f"Welcome back, {name}.")

    return look_up()
