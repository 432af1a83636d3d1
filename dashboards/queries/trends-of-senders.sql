-- As trends.sql, where senders are told apart: no projection has their hours, but days.
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
GROUP BY ROLLUP (name)
ORDER BY is_total DESC, refused_now + refused_before DESC, deferred_now DESC, name
LIMIT {limit:UInt32}
