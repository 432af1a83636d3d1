-- As minutes.sql of recipient domains, but by hours: a projection of attempts_1m has them by domain, so that no other is read. All
-- together, or each hour by itself, of which `last_time` is the beginning.
WITH
    transform(recipient_org_domain, {domains:Array(String)}, range({domains_count:UInt16}), 0)::UInt16 AS domain,
    (-- include usual/ending.sql
    )::UInt8 AS fate
SELECT
    'domain'::LowCardinality(String) AS kind,
    domain AS name,
    0::UInt16 AS part,
    fate,
    toFloat64(sum(counted)) AS attempts,
    toUInt32(max(hour)) AS last_time
FROM
(
    SELECT toStartOfHour(minute) AS hour, recipient_org_domain, outcome, side, sum(attempts_1m.attempts) AS counted
    FROM attempts_1m
    WHERE direction = 'outbound' AND recipient_org_domain IN {domains:Array(String)}
        AND toStartOfHour(minute) >= parseDateTimeBestEffort({from:String}, 'UTC')
        AND toStartOfHour(minute) < parseDateTimeBestEffort({to:String}, 'UTC')
    GROUP BY toStartOfHour(minute), recipient_org_domain, outcome, side
)
GROUP BY name, part, fate, if({each_hour:Bool}, toUnixTimestamp(hour), 0)
