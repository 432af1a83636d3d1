-- As trends-of-senders.sql, of some `names` (of all, where there are none) and without a row over all.
WITH
    -- include trend-times.sql
SELECT
    -- include trend-columns.sql
FROM
(
    -- include trend-minutes.sql
    UNION ALL
    -- include trend-hours.sql
    UNION ALL
    -- include trend-days.sql
)
GROUP BY name
ORDER BY refused_now + refused_before DESC, deferred_now DESC, name
LIMIT {limit:UInt32}
