-- Attempts over time, by outcome.
SELECT
    toStartOfInterval(event_time, toIntervalSecond({step_s:UInt32})) AS time,
    countIf(outcome = 'delivered') AS accepted,
    countIf(outcome = 'deferred') AS deferred,
    countIf(outcome IN ('bounced', 'expired', 'rejected')) AS refused
FROM (-- include searched.sql
)
GROUP BY time
ORDER BY time
