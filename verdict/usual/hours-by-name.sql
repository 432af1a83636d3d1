-- Whole hours of the outbound mail of a subject's names, from the roll-up by hour.
    transform(provider, {providers:Array(String)}, range({providers_count:UInt16}), 0)::UInt16 AS receiver,
    hour AS time,
    -- include usual/fate.sql
SELECT
    subject::LowCardinality(String) AS kind,
    place AS name,
    receiver AS part,
    fate,
    toFloat64(sum(attempts_1h.attempts)) AS attempts,
    toUInt32(max(hour)) AS last_time
FROM attempts_1h
WHERE direction = 'outbound'
    AND hour >= parseDateTimeBestEffort({from:String}, 'UTC')
    AND hour < parseDateTimeBestEffort({to:String}, 'UTC')
GROUP BY name, part, fate, if({each_hour:Bool}, toUnixTimestamp(hour), 0)
