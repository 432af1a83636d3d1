-- Messages of [from, to) and of the same stretch before, by one dimension; a row named '' with is_total over all, which does not tell
-- what was deferred: that takes as long as all else. Where `column` is over_all, all names are one.
WITH
    '' AS over_all,
    -- include times.sql
SELECT
    name,
    is_total,
    -- include both.sql
FROM
(
    SELECT
        grouping(name) = 1 AS is_total,
        -- include columns.sql
    FROM
    (
        -- stretches
    )
    GROUP BY GROUPING SETS ((name, is_now), (is_now))
)
GROUP BY name, is_total
ORDER BY is_total DESC, refused_now + refused_before DESC, deferred_now DESC, name
LIMIT {limit:UInt32}
