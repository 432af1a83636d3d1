-- Messages of [from, to) and of the same stretch before, by the names of one column, or by `over_all`; of some `names`, or of
-- all where there are none. Over all it is not told what was deferred: it takes as long as all else.
WITH
    '' AS over_all,
    -- include trend-times.sql
SELECT
    -- include trend-columns.sql
FROM
(
    -- include trend-minutes.sql
    UNION ALL
    -- include trend-hours.sql
)
GROUP BY name
ORDER BY refused_now + refused_before DESC, deferred_now DESC, name
LIMIT {limit:UInt32}
