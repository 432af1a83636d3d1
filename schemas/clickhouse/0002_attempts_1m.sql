-- What the verdict's baseline and the trends read: attempts, deliveries included, by minute with everything that tells
-- the sides apart, and by hour without the recipient domain, which hardly lets a roll-up shrink.
-- TTLs run on the newest ingest_time, as in delivery_events: on the minute, a merge would erase an old log once loaded.
CREATE TABLE attempts_1m
(
    minute DateTime('UTC') COMMENT 'Start of the minute of event_time',
    direction Enum8('outbound' = 1, 'inbound' = 2) COMMENT 'As in delivery_events',
    sender_domain LowCardinality(String) COMMENT 'As in delivery_events',
    source_ip IPv6 COMMENT 'As in delivery_events',
    recipient_org_domain LowCardinality(String) COMMENT 'As in delivery_events',
    recipient_domain LowCardinality(String) COMMENT 'As in delivery_events',
    provider LowCardinality(String) COMMENT 'As in delivery_events',
    outcome Enum8('delivered' = 1, 'deferred' = 2, 'bounced' = 3, 'expired' = 4, 'rejected' = 5) COMMENT 'As in delivery_events',
    reason LowCardinality(String) COMMENT 'As in delivery_events',
    side LowCardinality(String) COMMENT 'As in delivery_events',
    topic LowCardinality(String) COMMENT 'As in delivery_events: a source makes its own share anew after a crash, while others write',
    partition UInt32 COMMENT 'As in delivery_events',
    attempts SimpleAggregateFunction(sum, UInt64) COMMENT 'Rows of delivery_events',
    messages AggregateFunction(uniq, UInt64) COMMENT 'Distinct message_key: retries count once, and what several logs tell of',
    ingest_time SimpleAggregateFunction(max, DateTime('UTC')) COMMENT 'When Faultline read the newest of them'
)
ENGINE = AggregatingMergeTree
PARTITION BY least(greatest(toYear(minute), 2000), 2099)
ORDER BY (direction, minute, sender_domain, recipient_org_domain, provider, outcome, reason, side, recipient_domain, source_ip, topic, partition)
TTL ingest_time + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)'
COMMENT 'Attempts by minute, kept up to date by attempts_1m_view';

CREATE MATERIALIZED VIEW attempts_1m_view TO attempts_1m AS
SELECT
    toDateTime(toStartOfMinute(event_time), 'UTC') AS minute,
    direction,
    sender_domain,
    source_ip,
    recipient_org_domain,
    recipient_domain,
    provider,
    outcome,
    reason,
    side,
    topic,
    partition,
    count() AS attempts,
    uniqState(message_key) AS messages,
    toDateTime(max(delivery_events.ingest_time), 'UTC') AS ingest_time
FROM delivery_events
GROUP BY minute, direction, sender_domain, source_ip, recipient_org_domain, recipient_domain, provider, outcome, reason, side, topic, partition;

CREATE TABLE attempts_1h
(
    hour DateTime('UTC') COMMENT 'Start of the hour of event_time',
    direction Enum8('outbound' = 1, 'inbound' = 2) COMMENT 'As in delivery_events',
    sender_domain LowCardinality(String) COMMENT 'As in delivery_events',
    source_ip IPv6 COMMENT 'Our sending address; :: of inbound mail, whose clients are too many',
    provider LowCardinality(String) COMMENT 'As in delivery_events',
    outcome Enum8('delivered' = 1, 'deferred' = 2, 'bounced' = 3, 'expired' = 4, 'rejected' = 5) COMMENT 'As in delivery_events',
    reason LowCardinality(String) COMMENT 'As in delivery_events',
    side LowCardinality(String) COMMENT 'As in delivery_events',
    topic LowCardinality(String) COMMENT 'As in attempts_1m',
    partition UInt32 COMMENT 'As in delivery_events',
    attempts SimpleAggregateFunction(sum, UInt64) COMMENT 'Rows of delivery_events',
    messages AggregateFunction(uniq, UInt64) COMMENT 'As in attempts_1m, of deferred and rejected, which may come again; other outcomes are the last of a message, and attempts counts these',
    ingest_time SimpleAggregateFunction(max, DateTime('UTC')) COMMENT 'When Faultline read the newest of them'
)
ENGINE = AggregatingMergeTree
PARTITION BY least(greatest(toYear(hour), 2000), 2099)
ORDER BY (direction, hour, sender_domain, provider, outcome, reason, side, source_ip, topic, partition)
TTL ingest_time + INTERVAL 800 DAY
SETTINGS non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)'
COMMENT 'Attempts by hour, kept up to date by attempts_1h_view';

CREATE MATERIALIZED VIEW attempts_1h_view TO attempts_1h AS
SELECT
    toDateTime(toStartOfHour(event_time), 'UTC') AS hour,
    direction,
    sender_domain,
    if(direction = 'outbound', delivery_events.source_ip, toIPv6('::')) AS source_ip,
    provider,
    outcome,
    reason,
    side,
    topic,
    partition,
    count() AS attempts,
    uniqStateIf(message_key, outcome IN ('deferred', 'rejected')) AS messages,
    toDateTime(max(delivery_events.ingest_time), 'UTC') AS ingest_time
FROM delivery_events
GROUP BY hour, direction, sender_domain, source_ip, provider, outcome, reason, side, topic, partition;

-- Both roll-ups under the same names, for who looks at a stretch: `WHERE grain = 'minute'` or `'hour'` reads only that one.
-- By hour, recipient domains are not told apart. Messages are counted alike: the sum of attempts where the outcome is the
-- last of a message, and the merged messages where it is deferred or rejected.
CREATE VIEW attempts AS
SELECT 'minute' AS grain, minute AS start, direction, sender_domain, source_ip, recipient_org_domain, provider, outcome, reason, side, attempts, messages
FROM attempts_1m
UNION ALL
SELECT 'hour' AS grain, hour AS start, direction, sender_domain, source_ip, toLowCardinality('') AS recipient_org_domain, provider, outcome, reason, side, attempts, messages
FROM attempts_1h;
