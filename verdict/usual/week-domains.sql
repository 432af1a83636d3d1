-- As minutes.sql of recipient domains, but by hours.
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
    toUInt32(max(hour)) AS last_time
FROM
(
    -- include usual/domains-by-hour.sql
)
GROUP BY name, part, fate
