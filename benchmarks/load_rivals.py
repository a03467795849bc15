"""Servers of other makers that `load.py` compares with, where they are installed: see `make load`.

`python benchmarks/load_rivals.py KIND URL`: "picows" relays each frame to a second WebSocket, as the bare
relay does; "pipecat" does it with `websockets` and pipecat's Genesys serializer, which turns each frame into
linear samples of the same rate. Figures as in `relay_server.py`.
"""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import anyio
from process import HOST, RIVALS
from relay_server import Count, started
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve


async def picows(url: str) -> None:
    from picows import (  # type: ignore[import-not-found]  # installed for this alone
        WSListener,
        WSMsgType,
        ws_connect,
        ws_create_server,
    )

    class Second(WSListener):  # type: ignore[misc]  # of an untyped library
        pass

    class Caller(WSListener):  # type: ignore[misc]  # of an untyped library
        onward: Any = None

        def on_ws_connected(self, transport: Any) -> None:
            group.start_soon(self._dial, transport)

        async def _dial(self, transport: Any) -> None:
            self.onward, _ = await ws_connect(Second, url)
            await transport.wait_disconnected()
            self.onward.disconnect()

        def on_ws_frame(self, _transport: Any, frame: Any) -> None:
            if frame.msg_type == WSMsgType.BINARY and self.onward is not None:
                Count.came += 1
                self.onward.send(WSMsgType.BINARY, frame.get_payload_as_bytes())

    async with anyio.create_task_group() as group:
        server = await ws_create_server(lambda _request: Caller(), HOST, 0)
        started(server.sockets[0].getsockname()[1])
        await anyio.sleep_forever()


async def pipecat(url: str) -> None:
    from loguru import logger  # type: ignore[import-not-found]  # comes with pipecat

    logger.remove()  # it writes to the terminal at level DEBUG
    from pipecat.frames.frames import (  # type: ignore[import-not-found]  # installed for this alone
        InputAudioRawFrame,
        OutputTransportMessageUrgentFrame,
    )
    from pipecat.serializers.genesys import (  # type: ignore[import-not-found]  # installed for this alone
        GenesysAudioHookSerializer,
    )

    async def relay(caller: ServerConnection) -> None:
        serializer = GenesysAudioHookSerializer()
        await serializer.setup(SimpleNamespace(audio_in_sample_rate=16_000))
        async with connect(url, compression=None) as onward:
            async for message in caller:
                made = await serializer.deserialize(message)
                if isinstance(made, InputAudioRawFrame):
                    Count.came += 1
                    await onward.send(made.audio)
                elif isinstance(made, OutputTransportMessageUrgentFrame):
                    await caller.send(await serializer.serialize(made))

    async with serve(relay, HOST, 0, compression=None) as server:
        started(next(iter(server.sockets)).getsockname()[1])
        await anyio.sleep_forever()


if __name__ == "__main__":
    sys.path.append(str(RIVALS))  # at the end: what both need is ours
    kinds = {"picows": picows, "pipecat": pipecat}
    anyio.run(kinds[sys.argv[1]], sys.argv[2], backend_options={"use_uvloop": True})
