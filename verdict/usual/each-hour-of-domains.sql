-- As week-domains.sql, each hour by itself: `last_time` is when it began.
WITH
    transform(recipient_org_domain, {domains:Array(String)}, range(length({domains:Array(String)})), 0)::UInt16 AS domain,
    (-- include usual/ending.sql
    )::UInt8 AS fate
SELECT
    'domain'::LowCardinality(String) AS kind,
    domain AS name,
    0::UInt16 AS part,
    fate,
    toFloat64(sum(counted)) AS attempts,
    toUInt32(hour) AS last_time
FROM
(
    -- include usual/domains-by-hour.sql
)
GROUP BY name, fate, hour
