"""What the Watson plugins share: one configured service, as IBM's SDK would read it, and how to reach it."""

from switchhook_http import Timeouts

from .errors import Problem, WatsonError, within
from .http import HttpClient, HttpReply
from .languages import nearest, spoken_by
from .once import Once
from .options import Kind, WatsonOptions
from .problems import explain, told_as
from .service import Service, ServiceDriver, make_service

__all__ = [
    "HttpClient",
    "HttpReply",
    "Kind",
    "Once",
    "Problem",
    "Service",
    "ServiceDriver",
    "Timeouts",
    "WatsonError",
    "WatsonOptions",
    "explain",
    "make_service",
    "nearest",
    "spoken_by",
    "told_as",
    "within",
]
