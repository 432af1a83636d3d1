-- What was usual for all subjects together in [from, to). Attempts, not messages: it is a rate over a day.
SELECT
    sum(attempts) AS messages,
    sumIf(attempts, outcome = 'delivered') AS accepted,
    sumIf(attempts, outcome != 'delivered' AND side NOT IN ('recipient_mailbox', 'throttling')) AS refused,
    sumIf(attempts, side = 'recipient_mailbox') AS mailbox
FROM attempts_1m
WHERE direction = {direction:String}
    AND minute >= parseDateTimeBestEffort({from:String}, 'UTC')
    AND minute < parseDateTimeBestEffort({to:String}, 'UTC')
