-- As hours.sql, each hour by itself: `last_time` is when it began.
WITH
    -- include usual/hours-by-name.sql
SELECT
    if(grouping(address) = 0, 'address', 'sender')::LowCardinality(String) AS kind,
    if(kind = 'address', address, sender) AS name,
    receiver AS part,
    fate,
    toFloat64(sum(attempts_1h.attempts)) AS attempts,
    toUInt32(hour) AS last_time
FROM attempts_1h
WHERE direction = 'outbound'
    AND hour >= parseDateTimeBestEffort({from:String}, 'UTC')
    AND hour < parseDateTimeBestEffort({to:String}, 'UTC')
GROUP BY GROUPING SETS ((sender, receiver, fate, hour), (address, receiver, fate, hour))
