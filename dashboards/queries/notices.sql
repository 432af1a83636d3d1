-- What people were told of, by channel, and what failed. What a channel said is text of others.
SELECT
    channel,
    countIf(outcome = 'sent') AS sent,
    countIf(outcome = 'failed') AS failed,
    countIf(outcome = 'given_up') AS given_up,
    max(notifications.at) AS last_tried,
    argMax(error, notifications.at) AS error
FROM notifications
WHERE notifications.at >= {from:DateTime64(3, 'UTC')} AND notifications.at < {to:DateTime64(3, 'UTC')}
GROUP BY channel
ORDER BY given_up DESC, failed DESC, channel
LIMIT 50
