-- Messages over time by what became of them, each once in a step and column, however often it was tried. What is delivered,
-- bounced or expired is a message's last attempt; what is deferred or rejected comes again. Over more than two days, where not
-- one domain is asked for, the roll-up by hour counts these by attempt.
WITH {to:DateTime64(3, 'UTC')} > {from:DateTime64(3, 'UTC')} + INTERVAL 2 DAY AND {recipient_org_domain:String} = '' AS by_hour
SELECT
    toStartOfInterval(start, toIntervalSecond(greatest({step_s:UInt32}, if(by_hour, 3600, 60)))) AS time,
    sumIf(attempts, outcome = 'delivered') AS accepted,
    if(by_hour, sumIf(attempts, outcome = 'deferred'), uniqMergeIf(messages, outcome = 'deferred')) AS deferred,
    sumIf(attempts, outcome IN ('bounced', 'expired')) + if(by_hour, sumIf(attempts, outcome = 'rejected'), uniqMergeIf(messages, outcome = 'rejected')) AS refused
FROM attempts
WHERE grain = if(by_hour, 'hour', 'minute')
    AND start >= {from:DateTime64(3, 'UTC')} AND start < {to:DateTime64(3, 'UTC')}
    AND ({direction:String} = '' OR toString(direction) = {direction:String})
    AND ({sender_domain:String} = '' OR sender_domain = {sender_domain:String})
    AND ({recipient_org_domain:String} = '' OR recipient_org_domain = {recipient_org_domain:String})
    AND ({provider:String} = '' OR provider = {provider:String})
GROUP BY time
ORDER BY time
