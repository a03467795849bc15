"""Takes one call's audio to utterances, in the engine's listening thread, and has them decoded."""

from __future__ import annotations

import logging
from collections import deque
from functools import partial
from time import monotonic

from .decoding import Decode, DecoderPool
from .ear import Ear
from .endpoint import Began, Utterance
from .results import RecognitionResults
from .threads import WorkerThreads

logger = logging.getLogger(__name__)

LATEST = 40.0  # seconds that audio may wait: more than a call keeps while it opens its second engine
MOST_WAITING = 2000  # pieces of audio that may wait, whatever their length


class Listener:
    """The event loop calls feed, finish and close; everything else runs in the thread."""

    def __init__(
        self,
        ear: Ear,
        results: RecognitionResults,
        pool: DecoderPool,
        threads: WorkerThreads[None],
        *,
        interims: bool,
    ) -> None:
        self.ear = ear
        self._results, self._pool, self._threads, self._interims = results, pool, threads, interims
        # when it is full the oldest is dropped, which shows as a gap between positions
        self._waiting: deque[tuple[int, bytes, float]] = deque(maxlen=MOST_WAITING)
        self._fed = 0  # samples
        self._since = 0.0  # when the first of them came
        self._finishing = self._closed = False
        self._summoned = False  # the thread has been asked to look
        self._ended = False
        self._finals = 0
        self._interim: Decode | None = None

    def feed(self, audio: bytes) -> None:
        now = monotonic()
        self._since = self._since if self._fed else now
        self._waiting.append((self._fed, audio, now))
        self._fed += len(audio) // 2
        self._summon()

    def finish(self) -> None:
        self._finishing = True
        self._summon()

    def close(self) -> None:
        """What is still to be decoded is wanted no more."""
        self._closed = True
        if self.ear.lost:
            logger.warning("recognition was behind: %.1f s of a call's audio were dropped", self.ear.lost)

    def behind(self) -> float:
        """Seconds that the oldest piece of audio has waited. What comes faster than somebody speaks, from a
        peer who floods or kept by another engine, waits for itself and not for this engine."""
        try:
            position, _, came = self._waiting[0]
        except IndexError:  # nothing waits, or the thread has just taken it
            return 0.0
        now = monotonic()
        spoken = self._since + position / self.ear.rate  # when it would have come at the earliest
        return 0.0 if self._ended else max(0.0, now - max(came, spoken))

    def _summon(self) -> None:
        if not self._summoned:
            self._summoned = True
            self._threads.submit(self._listen)

    def _listen(self, _: None) -> None:
        """One piece of audio at a time, so that a call which is behind does not delay the others."""
        self._summoned = False  # before looking: what comes from now on asks again
        if self._closed or self._ended:
            return
        try:
            if self._waiting:
                self._hear(*self._waiting.popleft()[:2])
                self._summon()
            elif self._finishing:
                self._ended = True
                self._act(self.ear.finish())
                self._results.post(self._results.ended, self._finals)
        except Exception as error:  # noqa: BLE001  # whatever it is, this call's recognition has failed and no other
            self._ended = True
            self._results.post(self._results.failed, error)

    def _hear(self, position: int, audio: bytes) -> None:
        if self._fed - position > LATEST * self.ear.rate:
            return  # the next piece shows the gap
        for event in self.ear.hear(position, audio):
            self._act(event)

    def _act(self, event: Began | Utterance | None) -> None:
        if isinstance(event, Began):
            self._results.post(self._results.started, event.at)
        elif isinstance(event, Utterance):
            self._finals += event.final
            if event.worth_decoding:
                self._decode(event)
            else:
                self._results.post(self._results.decoded, event, "")

    def _decode(self, utterance: Utterance) -> None:
        if not utterance.final and not self._may_decode_interim():
            return
        job = Decode(
            samples=utterance.samples,
            final=utterance.final,
            wanted=partial(self._wanted, utterance),
            done=partial(self._results.post, self._results.decoded, utterance),
        )
        if utterance.final:
            self._results.post(self._results.awaited, utterance)
        else:
            self._interim = job
        self._pool.submit(job)

    def _may_decode_interim(self) -> bool:
        """One at a time: the next will have this one's words too."""
        return self._interims and (self._interim is None or self._interim.over)

    def _wanted(self, utterance: Utterance) -> bool:
        return not self._closed and (utterance.final or self._finals == utterance.number)
