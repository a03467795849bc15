"""Answers `open`: with a call, as a probe, or neither."""

from __future__ import annotations

import logging
from typing import Protocol

import anyio.abc

from switchhook import AudioFormat, Busy, Outcome
from switchhook_audiohook.protocol import Media, Open, ServerSession, State, choose
from switchhook_audiohook.protocol.turning_away import TurnedAway

from .admission import Admission
from .census import Limit
from .leg import GenesysLeg, LegConnection
from .remarks import Remarks
from .routing import Destination, NotServedError
from .upgrade import Admitted

GONE = "the client went before the call was opened"


class Asking(LegConnection, Protocol):
    """The connection that brought `open`. `sync` is to be called after each change of the session."""

    leg_id: str
    remarks: Remarks

    def sync(self) -> None: ...


class Opener:
    def __init__(
        self,
        line: Asking,
        session: ServerSession,
        admitted: Admitted,
        admission: Admission,
        group: anyio.abc.TaskGroup,
    ) -> None:
        self._line, self._session, self._admitted = line, session, admitted
        self._admission, self._group = admission, group

    def answer(self, opening: Open) -> GenesysLeg | None:
        """The leg of a call that may begin: it keeps what comes until there is a place for it. Never waits
        for a backend: Genesys gives five seconds, and a probe should not start one."""
        media, remarks = choose(opening.media), self._line.remarks
        if opening.is_probe:
            remarks.conversation = "none, as it is a probe"
            self._probed(media)
            return None
        remarks.conversation = opening.conversation_id
        try:
            found, media = self._admission.find(self._admitted), _usable(media)
        except NotServedError as error:
            self._turn_away(str(error), opening)
            return None
        if opening.continued_sessions:
            remarks.add(f"{len(opening.continued_sessions)} sessions to be continued; a new one begins")
        info = self._admission.describe(self._line.leg_id, self._admitted, found, opening)
        leg = GenesysLeg(info, self._line, AudioFormat(media.format))
        self._group.start_soon(self._begin, leg, found, media, opening)
        return leg

    async def _begin(self, leg: GenesysLeg, found: Destination, media: Media, opening: Open) -> None:
        place = await self._admission.place(self._admitted, found)
        if isinstance(place, Busy | Limit):
            self._turn_away(place, opening)
            self._line.sync()
            return
        async with place:
            if self._session.state is not State.OPENING:
                self._admission.reception.refused(GONE, self._details(opening))
                return
            reception = self._admission.reception
            languages = reception.languages(found.connector) if opening.supported_languages else ()
            self._session.opened(media, start_paused=found.start_paused, languages=languages)
            self._line.sync()
            await self._serve(leg)

    def _turn_away(self, why: str, opening: Open) -> None:
        self._session.disconnect("error", why)
        self._line.remarks.once(f"a call is turned away: {why}")
        self._admission.reception.refused(why, self._details(opening))

    def _details(self, opening: Open) -> dict[str, object]:
        return {**self._admitted.details, "conversation_id": opening.conversation_id}

    async def _serve(self, leg: GenesysLeg) -> None:
        try:
            await self._admission.reception.answer(leg)
        finally:
            leg.end(Outcome("error", "the call was given up"), {})

    def _probed(self, media: Media | None) -> None:
        """No call: Genesys tries the connection when an administrator saves the integration."""
        if self._admission.is_deep(self._admitted):
            self._group.start_soon(self._probe, media)
        else:
            self._welcome(media)

    def _welcome(self, media: Media | None) -> None:
        """Answers a probe with a line in the log: if there is none, whoever sets up the integration knows
        that nothing arrived."""
        if self._session.state is State.OPENING:  # else the client has gone while the engines were asked
            admitted = self._admitted
            self._session.opened(media, languages=self._admission.languages(admitted))
            said = f"a probe of {admitted.integration} from {admitted.remote} is answered"
            self._line.remarks.once(said, logging.INFO)
        self._admission.reception.measured("probes", 1, {"result": "ok"})

    async def _probe(self, media: Media | None) -> None:
        why = await self._admission.probe(self._admitted)
        if why:
            self._session.disconnect("error", why)
            self._line.remarks.once(f"a probe found that calls would not be served: {why}")
            self._admission.reception.measured("probes", 1, {"result": "failed"})
        else:
            self._welcome(media)
        self._line.sync()


def _usable(media: Media | None) -> Media:
    if media is None:
        cure = "PCMU or L16 at 8000 Hz with the external channel is needed"
        raise NotServedError(f"{TurnedAway.NO_MEDIA}; {cure}")
    return media
