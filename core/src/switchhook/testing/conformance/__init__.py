"""What every driver must hold: one call tells an author each way in which his breaks its contract, and why
that matters.

    @pytest.mark.anyio
    async def test_mine_conforms():
        await check_text_to_speech(lambda: create_tts(Options({}, place="tts", base=Path())))

`factory` makes the driver; one that is an async context manager is entered. ContractBroken, an
AssertionError, lists each sentence of the contract that does not hold: what was expected, what came.
Engines with threads of their own are tried in real time, all others in virtual time as well.
"""

from .assistants import check_assistant as check_assistant
from .codecs import check_codec as check_codec
from .record_sinks import check_record_sink as check_record_sink
from .report import Breach as Breach
from .report import ContractBroken as ContractBroken
from .speech_to_text import check_speech_to_text as check_speech_to_text
from .state import check_state as check_state
from .text_to_speech import check_text_to_speech as check_text_to_speech
from .transports import Peer as Peer
from .transports import check_transport as check_transport
