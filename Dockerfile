# The image of a worker, of the page and of the evaluator: `docker build .`; which one it is says its command.
FROM node:24-bookworm-slim AS packages
WORKDIR /opt/faultline
COPY package.json package-lock.json ./
# A fleet stores in a ClickHouse server: the embedded engine, half a gigabyte, stays out. `npm ci --omit=optional` would
# leave out snappy's and lz4's native parts too.
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/chdb node_modules/@chdb

FROM node:24-bookworm-slim AS faultline
# As process 1, Node would not reap children nor end on a signal before its handlers stand.
RUN apt-get update && apt-get install -y --no-install-recommends tini ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/faultline
COPY --from=packages /opt/faultline/node_modules node_modules
COPY package.json ./
COPY schemas schemas
COPY ingest ingest
COPY enrich enrich
COPY store store
COPY verdict verdict
COPY dashboards dashboards
COPY cli cli
USER node
ENTRYPOINT ["tini", "--", "node", "cli/faultline.mjs"]
CMD ["--help"]

# Takes syslog from mail servers that can't write to Kafka: `docker build --target syslog .`
FROM debian:bookworm-slim AS syslog
RUN apt-get update && apt-get install -y --no-install-recommends rsyslog rsyslog-kafka tini \
    && rm -rf /var/lib/apt/lists/* /etc/rsyslog.d/* \
    && useradd --system --home-dir /var/spool/rsyslog syslog && chown syslog /var/spool/rsyslog
COPY docs/shipping/receiver.conf /etc/rsyslog.conf
COPY docs/shipping/rsyslog.conf /etc/rsyslog.d/60-faultline.conf
RUN sed -i 's/127\.0\.0\.1:9092/kafka:9092/' /etc/rsyslog.d/60-faultline.conf
USER syslog
VOLUME /var/spool/rsyslog
ENTRYPOINT ["tini", "--", "rsyslogd", "-n", "-iNONE"]
