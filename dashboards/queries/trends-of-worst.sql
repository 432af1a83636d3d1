-- As trends.sql, of some `names` of the column `ranked` and over all. A name is its place in the list, all others are 0: what
-- is merged for these is bounded, and numbers are grouped faster than names. `column` and `hours_column` are `place`.
WITH
    transform({ranked:Identifier}, {names:Array(String)}, range(1, length({names:Array(String)}) + 1), 0)::UInt16 AS place,
    -- include trend-times.sql
SELECT if(is_total, '', {names:Array(String)}[name]) AS name, * EXCEPT (name)
FROM
(
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
    HAVING is_total OR name > 0
)
ORDER BY is_total DESC, refused_now + refused_before DESC, deferred_now DESC, name
LIMIT {limit:UInt32}
