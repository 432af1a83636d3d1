-- Channels whose newest delivery failed, since when, and what was said.
SELECT
    channel,
    argMax(error, notifications.at) AS error,
    formatDateTime(minIf(notifications.at, notifications.at > last_sent), '%Y-%m-%dT%H:%i:%SZ') AS since
FROM notifications
INNER JOIN (
    SELECT channel, maxIf(notifications.at, outcome = 'sent') AS last_sent
    FROM notifications
    WHERE notifications.at >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    GROUP BY channel
) AS sent USING (channel)
WHERE notifications.at >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
GROUP BY channel
HAVING argMax(outcome, notifications.at) != 'sent'
ORDER BY channel
