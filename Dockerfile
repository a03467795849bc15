# `switchhook serve` as a container: docs/how-to/restart.md says how it is run, and how it is replaced.
#   docker build --tag switchhook .
#   docker build --tag switchhook --build-arg EXTRAS=genesys,watson,telemetry .
FROM python:3.11-bookworm AS made
WORKDIR /checkout
COPY . .
RUN make wheels
ARG EXTRAS=genesys,offline
RUN python3 -m venv /opt/switchhook \
    && /opt/switchhook/bin/pip install --no-cache-dir --constraint constraints.txt \
        --find-links dist "switchhook[${EXTRAS}]"

FROM python:3.11-slim-bookworm
COPY --from=made /opt/switchhook /opt/switchhook
# For records, and whatever else a plugin keeps. A user without a name and without a shell has it.
RUN install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/switchhook
# Loopback is the container's own: what is published has to listen on all addresses. The admin port stays inside.
ENV PATH=/opt/switchhook/bin:$PATH \
    HOME=/var/lib/switchhook \
    SWITCHHOOK_SERVER__HOST=0.0.0.0 \
    SWITCHHOOK_ADMIN__PORT=9090
WORKDIR /var/lib/switchhook
USER 10001:10001
EXPOSE 8443
# Live calls go on: whoever stops the container has to wait for longer than [server] notice and drain.
STOPSIGNAL SIGTERM
# Asked without the proxy that a container's environment may name. Alive, not ready: a server that drains is not ready, and must not be killed for it. Models may take minutes to load.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5m --retries=3 \
    CMD ["python", "-c", "import urllib.request as web; web.build_opener(web.ProxyHandler({})).open('http://127.0.0.1:9090/livez', timeout=4)"]
CMD ["switchhook", "serve", "--config", "/etc/switchhook/switchhook.toml"]
