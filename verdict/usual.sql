-- What was usual for all subjects together in [from, to), the last hours (from `recent` on) apart; and whether there is
-- anything in the window behind it. Attempts, not messages: it is a rate over a day.
SELECT
    if(accepted + recent_accepted = 0, '', formatDateTime(maxIf(minute, is_before AND outcome = 'delivered'), '%Y-%m-%dT%H:%i:%SZ')) AS last_accepted,
    sumIf(attempts, is_older) AS messages,
    sumIf(attempts, is_older AND outcome = 'delivered') AS accepted,
    sumIf(attempts, is_older AND is_refused) AS refused,
    sumIf(attempts, is_older AND is_blamed) AS blamed,
    sumIf(attempts, is_older AND side = 'recipient_mailbox') AS mailbox,
    sumIf(attempts, is_recent) AS recent_messages,
    sumIf(attempts, is_recent AND outcome = 'delivered') AS recent_accepted,
    sumIf(attempts, is_recent AND is_refused) AS recent_refused,
    sumIf(attempts, is_recent AND is_blamed) AS recent_blamed,
    sumIf(attempts, minute >= toStartOfMinute(parseDateTimeBestEffort({to:String}, 'UTC'))) AS window_messages
FROM
(
    SELECT
        minute,
        outcome,
        side,
        attempts,
        minute < parseDateTimeBestEffort({recent:String}, 'UTC') AS is_older,
        minute < parseDateTimeBestEffort({to:String}, 'UTC') AS is_before,
        NOT is_older AND is_before AS is_recent,
        outcome != 'delivered' AND side NOT IN ('recipient_mailbox', 'throttling') AS is_refused,
        is_refused AND side IN {sender_words:Array(String)} AS is_blamed
    FROM attempts_1m
    WHERE direction = {direction:String}
        AND minute >= parseDateTimeBestEffort({from:String}, 'UTC')
        AND minute < parseDateTimeBestEffort({end:String}, 'UTC')
)
