-- Messages of [from, to) and of the same stretch before, by one dimension; a row named '' with is_total over all.
WITH
    -- include trend-times.sql
SELECT
    -- include trend-columns.sql
FROM
(
    -- include trend-minutes.sql
    UNION ALL
    -- include trend-hours.sql
)
GROUP BY ROLLUP (name)
ORDER BY is_total DESC, refused_now + refused_before DESC, deferred_now DESC, name
LIMIT {limit:UInt32}
