-- Changes in DNS as marks over time.
SELECT
    valid_from AS time,
    valid_from AS time_end,
    concat(upper(type), ' of ', domain, ' changed') AS title,
    concat(state_before, ' -> ', state, ': ', replaceAll(answer, '\n', ', ')) AS text
FROM (-- include dns-changed.sql
)
ORDER BY time, title
LIMIT 100
