"""`image`: nothing is said of it, unless `[plugins.image] say` names a part of it to be said."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from switchhook import Action, ImageResponse, Table, hookimpl

from .channels import is_for_telephone
from .settings import lifespan_of
from .speaking import said


class ImageSettings(Table):
    say: Literal["nothing", "alt_text", "title", "description"] = Field(
        "nothing", description="what callers hear of a picture; the title where that is empty"
    )


@hookimpl
def settings_model() -> type[ImageSettings]:
    return ImageSettings


lifespan = lifespan_of("image")


@hookimpl(trylast=True)
def handle_image(response: ImageResponse, plugin: ImageSettings | None) -> list[Action]:
    part = plugin.say if plugin else "nothing"
    if part == "nothing" or not is_for_telephone(response):
        return []
    return said(getattr(response, part) or response.title)
