-- As trends-of-worst.sql, by recipient domain. Hours of all mail don't tell domains apart: there these domains' are among the
-- others', and are taken off. `hours_column` is `others`.
WITH
    transform({ranked:Identifier}, {names:Array(String)}, range(1, length({names:Array(String)}) + 1), 0)::UInt16 AS place,
    0::UInt16 AS others,
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
        UNION ALL
        SELECT
            arrayJoin([named, 0]) AS name,
            outcome,
            if(name = 0, -attempts, attempts)::UInt64 AS attempts,
            messages,
            is_now,
            is_late
        FROM
        (
            SELECT name AS named, * EXCEPT (name)
            FROM
            (
                -- include trend-hours-of-domains.sql
            )
        )
    )
    GROUP BY ROLLUP (name)
    HAVING is_total OR name > 0
)
ORDER BY is_total DESC, refused_now + refused_before DESC, deferred_now DESC, name
LIMIT {limit:UInt32}
