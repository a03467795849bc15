"""A simulated Genesys caller, for the command line and for programs:

result = await call(Plan((Step(Utterance(pcmu, "hello")), Step(Keys("12#")))), Target(url, key, secret))
"""

from .caller import Event as Event
from .caller import Latency as Latency
from .client import call as call
from .plan import CallResult as CallResult
from .plan import Heard as Heard
from .plan import Plan as Plan
from .plan import Target as Target
from .target import of_connector as of_connector
from .target import of_url as of_url
from .turns import CallerStep as CallerStep
from .turns import HangUp as HangUp
from .turns import Keys as Keys
from .turns import Manners as Manners
from .turns import Silence as Silence
from .turns import Utterance as Utterance
from .voice import recording as recording
