-- As minutes.sql of senders, each at some providers, but of whole days: a projection of attempts_1h sums them up. Times are to
-- the day.
WITH
    transform(sender_domain, {senders:Array(String)}, range({senders_count:UInt16}), 0)::UInt16 AS sender,
    transform(provider, {providers:Array(String)}, range({providers_count:UInt16}), 0)::UInt16 AS receiver,
    (-- include usual/ending.sql
    )::UInt8 AS fate
SELECT
    'sender'::LowCardinality(String) AS kind,
    sender AS name,
    receiver AS part,
    fate,
    toFloat64(sum(counted)) AS attempts,
    toUInt32(max(day)) AS last_time
FROM
(
    SELECT toStartOfDay(hour) AS day, sender_domain, provider, outcome, side, sum(attempts_1h.attempts) AS counted
    FROM attempts_1h
    WHERE direction = 'outbound'
        AND toStartOfDay(hour) >= parseDateTimeBestEffort({from:String}, 'UTC')
        AND toStartOfDay(hour) < parseDateTimeBestEffort({to:String}, 'UTC')
    GROUP BY toStartOfDay(hour), sender_domain, provider, outcome, side
)
GROUP BY name, part, fate
