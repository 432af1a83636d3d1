-- As trends.sql, of all outbound mail, or all of one provider.
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
GROUP BY name
