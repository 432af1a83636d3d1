-- The roll-up of [from, to) by recipient domain as far as the reader asks for it; an empty value asks for any. Over more than
-- two days by hours, which a projection of attempts_1m has; it has no senders, so that one sender is read by minutes.
WITH {to:DateTime64(3, 'UTC')} > {from:DateTime64(3, 'UTC')} + INTERVAL 2 DAY AND {sender_domain:String} = '' AS by_hour
SELECT recipient_org_domain, provider, sender_domain, outcome, side, attempts, messages
FROM attempts_1m
WHERE NOT by_hour
    AND minute >= {from:DateTime64(3, 'UTC')} AND minute < {to:DateTime64(3, 'UTC')}
    AND ({direction:String} = '' OR toString(direction) = {direction:String})
    AND ({sender_domain:String} = '' OR sender_domain = {sender_domain:String})
    AND ({recipient_org_domain:String} = '' OR recipient_org_domain = {recipient_org_domain:String})
    AND ({provider:String} = '' OR provider = {provider:String})
UNION ALL
SELECT
    recipient_org_domain,
    provider,
    '' AS sender_domain,
    outcome,
    side,
    sum(attempts_1m.attempts) AS attempts,
    uniqMergeStateIf(attempts_1m.messages, outcome IN ('deferred', 'rejected')) AS messages
FROM attempts_1m
WHERE by_hour
    AND toStartOfHour(minute) >= {from:DateTime64(3, 'UTC')} AND toStartOfHour(minute) < {to:DateTime64(3, 'UTC')}
    AND ({direction:String} = '' OR toString(direction) = {direction:String})
    AND ({recipient_org_domain:String} = '' OR recipient_org_domain = {recipient_org_domain:String})
    AND ({provider:String} = '' OR provider = {provider:String})
GROUP BY recipient_org_domain, provider, outcome, side
