-- As trends.sql, of all outbound mail or all of one provider: the row over all alone. `column` is `over_all`, `limit` 1.
WITH
    '' AS over_all,
    -- include trend-times.sql
SELECT
    -- include trend-columns.sql
FROM
(
    -- include trend-minutes.sql
    UNION ALL
    -- include trend-hour-sums.sql
)
GROUP BY ROLLUP (name)
ORDER BY is_total DESC, refused_now + refused_before DESC, deferred_now DESC, name
LIMIT {limit:UInt32}
