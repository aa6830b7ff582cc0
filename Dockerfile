# One image for every role (`twolamps run ROLE`) and job; a second target, `proxy`, for the way in.
FROM python:3.13-slim AS build
# The environment gets no pip of its own; whatever is in it was locked, is checked by hash and compiled here, once.
RUN python -m venv --without-pip /opt/venv
COPY requirements-run.lock /build/
RUN python -m pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check --no-compile \
        --require-hashes --only-binary=:all: --no-deps --requirement /build/requirements-run.lock \
 && /opt/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib
COPY libs /build/libs
COPY services /build/services
RUN packages=$(/opt/venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
 && mv /build/services/* /build/libs/twolamps_proto/* "$packages" \
 && mv /build/libs/twolamps_chassis /build/libs/twolamps_events /build/libs/twolamps_client "$packages" \
 && /opt/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib \
 && printf '%s\n' '#!/opt/venv/bin/python' 'from standalone.cli import app' 'app()' >/opt/venv/bin/twolamps \
 && chmod 755 /opt/venv/bin/twolamps

FROM debian:trixie-slim AS proxy
# The way in, with Debian's HAProxy. It needs no right and writes nothing.
RUN apt-get update && apt-get install -y --no-install-recommends haproxy && rm -rf /var/lib/apt/lists/*
COPY deploy/haproxy.cfg /etc/haproxy/haproxy.cfg
LABEL org.opencontainers.image.title="twolamps-proxy" org.opencontainers.image.licenses="Apache-2.0"
USER 10001:10001
EXPOSE 8400 8401
STOPSIGNAL SIGUSR1
ENTRYPOINT ["haproxy", "-W", "-db", "-f", "/etc/haproxy/haproxy.cfg"]

FROM python:3.13-slim
# A volume that is new takes the owner of the folder it is mounted over, so each has its folder here.
RUN groupadd --gid 10001 twolamps \
 && useradd --uid 10001 --gid twolamps --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin twolamps \
 && install -d -o twolamps -g twolamps -m 0700 /var/lib/twolamps \
        /keys/pairing /keys/prompts /keys/scheduling /keys/notifications /keys/gateway
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 TWOLAMPS_DATA=/var/lib/twolamps
LABEL org.opencontainers.image.title="twolamps" org.opencontainers.image.licenses="Apache-2.0"
USER 10001:10001
EXPOSE 8400 8401 8402
STOPSIGNAL SIGTERM
ENTRYPOINT ["twolamps"]
