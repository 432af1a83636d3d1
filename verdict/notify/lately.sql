-- How each channel fared: its newest try since {day}, and how many it was sent since {hour}.
SELECT
    channel,
    argMax(outcome, notifications.at) AS newest,
    countIf(outcome = 'sent' AND notifications.at >= parseDateTime64BestEffort({hour:String}, 3, 'UTC')) AS sent
FROM notifications
WHERE notifications.at >= parseDateTime64BestEffort({day:String}, 3, 'UTC')
GROUP BY channel
