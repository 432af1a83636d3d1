-- In which minutes each source gave events: by it a source that falls silent against its own habit is noticed. A row
-- that is stored twice is one row, so that nothing needs to be made anew after a crash.
CREATE TABLE sources_1m
(
    minute DateTime('UTC') COMMENT 'Start of a minute of event_time in which there were events',
    topic LowCardinality(String) COMMENT 'As in delivery_events',
    partition UInt32 COMMENT 'As in delivery_events',
    log_host LowCardinality(String) COMMENT 'As in delivery_events'
)
ENGINE = ReplacingMergeTree
PARTITION BY least(greatest(toYear(minute), 2000), 2099)
ORDER BY (topic, log_host, partition, minute)
TTL minute + INTERVAL 35 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Minutes in which each source gave events, kept up to date by sources_1m_view';

CREATE MATERIALIZED VIEW sources_1m_view TO sources_1m AS
SELECT toDateTime(toStartOfMinute(event_time), 'UTC') AS minute, topic, partition, log_host
FROM delivery_events
GROUP BY minute, topic, partition, log_host;
