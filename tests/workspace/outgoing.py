"""Every place in core and plugins from which a connection to elsewhere can be opened."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARIES = (
    *(
        "aiohttp",
        "boto3",
        "botocore",
        "dns",
        "ftplib",
        "grpc",
        "http.client",
        "httpcore",
        "httpcore2",
        "httpx",
    ),
    *("ibm_cloud_sdk_core", "ibm_watson", "imaplib", "minio", "openai", "opentelemetry.exporter", "paramiko"),
    *(
        "psycopg",
        "pycurl",
        "redis",
        "requests",
        "smtplib",
        "sqlalchemy",
        "telnetlib",
        "urllib.request",
        "urllib3",
    ),
    *(
        "websocket",
        "websockets.asyncio.client",
        "websockets.client",
        "websockets.sync.client",
        "xmlrpc.client",
    ),
)
"""Whoever imports one of them may connect."""

OURS = {
    "switchhook_http": {"Client", "Connections", "Pool", "PublicConnections", "secured"},
    "switchhook_websocket": {"connect"},
}
CALLS = {
    *("connect_tcp", "connect_unix", "create_connection", "open_connection", "open_unix_connection"),
    *("create_datagram_endpoint", "create_unix_connection", "sock_connect", "connect_ex", "sendto"),
    *("getaddrinfo", "gethostbyname", "gethostbyname_ex", "start_tls", "wrap_socket"),
}
SOCKETS = {"socket", "create_udp_socket", "create_connected_udp_socket"}


def _imported(node):
    if isinstance(node, ast.Import):
        return [(alias.name, "") for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level and node.module:
        return [(node.module, alias.name) for alias in node.names]
    return []


def _is_library(module, name):
    full = f"{module}.{name}" if name else module
    return any(full == each or full.startswith(f"{each}.") for each in LIBRARIES)


def _called(node):
    """The name of what is called; a socket is made by `socket.socket`."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        if node.func.attr in SOCKETS and isinstance(node.func.value, ast.Name):
            return "socket"
        return node.func.attr if node.func.attr in CALLS else ""
    return ""


def ways(text):
    """By which a file may connect."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        for module, name in _imported(node):
            if _is_library(module, name) or name in OURS.get(module, ()):
                found.add(module if not name or module not in OURS else f"{module}.{name}")
        if called := _called(node):
            found.add(called)
    return found


def places():
    for folder in ("core/src", "plugins/*/src"):
        for base in sorted(ROOT.glob(folder)):
            for path in sorted(base.rglob("*.py")):
                if found := ways(path.read_text(encoding="utf-8")):
                    yield str(path.relative_to(ROOT)), found
