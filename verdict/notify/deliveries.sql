-- How far each notice of these incidents is told to each channel: whether it is done, else how often and when it was tried.
SELECT
    incident_id,
    notice,
    toUnixTimestamp64Milli(notifications.notified_at) AS notified_ms,
    channel,
    max(outcome != 'failed') AS done,
    countIf(outcome = 'failed') AS failures,
    toUnixTimestamp64Milli(max(notifications.at)) AS tried_ms
FROM notifications
WHERE incident_id IN {ids:Array(String)}
GROUP BY incident_id, notice, notified_ms, channel
