"""What the Watson plugins share: one configured service, as IBM's SDK would read it, and how to reach it."""

from switchhook_http import Timeouts

from .errors import Problem, WatsonError
from .http import HttpClient, HttpReply
from .once import Once
from .options import Kind, WatsonOptions
from .problems import explain
from .service import Service, make_service

__all__ = [
    "HttpClient",
    "HttpReply",
    "Kind",
    "Once",
    "Problem",
    "Service",
    "Timeouts",
    "WatsonError",
    "WatsonOptions",
    "explain",
    "make_service",
]
