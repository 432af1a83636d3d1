-- As minutes.sql of recipient domains, but of whole hours and without senders: from a projection of attempts_1m that has them by
-- hashes, in the order of time. To compare texts of so many domains takes several times as long as to compare numbers.
WITH
    arrayMap(name -> sipHash64(name), {domains:Array(String)}) AS hashes,
    -- include usual/fate.sql
SELECT
    'domain'::LowCardinality(String) AS kind,
    transform(hash, hashes, range({domains_count:UInt16}), 0)::UInt16 AS name,
    0::UInt16 AS part,
    fate,
    toFloat64(sum(counted)) AS attempts,
    toUInt32(max(time)) AS last_time
FROM
(
    SELECT toStartOfHour(minute) AS time, sipHash64(recipient_org_domain)::UInt64 AS hash, outcome, side, sum(attempts_1m.attempts) AS counted
    FROM attempts_1m
    WHERE direction = 'outbound'
        AND sipHash64(recipient_org_domain)::UInt64 IN (SELECT sipHash64(arrayJoin({domains:Array(String)})))
        AND toStartOfHour(minute) >= parseDateTimeBestEffort({from:String}, 'UTC')
        AND toStartOfHour(minute) < parseDateTimeBestEffort({to:String}, 'UTC')
    GROUP BY toStartOfHour(minute), sipHash64(recipient_org_domain)::UInt64, outcome, side
)
GROUP BY name, fate
