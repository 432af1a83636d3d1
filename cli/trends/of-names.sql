-- As with-total.sql, of some `names` (of all, where there are none) and without a row over all.
WITH
    -- include times.sql
SELECT
    name,
    0 AS is_total,
    -- include both.sql
FROM
(
    SELECT
        -- include columns.sql
    FROM
    (
        -- stretches
    )
    GROUP BY name, is_now
)
GROUP BY name
ORDER BY refused_now + refused_before DESC, deferred_now DESC, name
LIMIT {limit:UInt32}
