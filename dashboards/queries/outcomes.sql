-- Messages over time by what became of them, each once in a step and column, however often it was tried: delivered, bounced
-- and expired is the last attempt of a message; deferred and rejected may come again, so that their messages are merged.
-- Over more than two days, where not one domain is asked for, by hours.
WITH {to:DateTime64(3, 'UTC')} > {from:DateTime64(3, 'UTC')} + INTERVAL 2 DAY AND {recipient_org_domain:String} = '' AS by_hour
SELECT
    toStartOfInterval(start, toIntervalSecond(greatest({step_s:UInt32}, if(by_hour, 3600, 60)))) AS time,
    sumIf(attempts, outcome = 'delivered') AS accepted,
    uniqMergeIf(messages, outcome = 'deferred') AS deferred,
    sumIf(attempts, outcome IN ('bounced', 'expired')) + uniqMergeIf(messages, outcome = 'rejected') AS refused
FROM attempts
WHERE grain = if(by_hour, 'hour', 'minute')
    AND start >= {from:DateTime64(3, 'UTC')} AND start < {to:DateTime64(3, 'UTC')}
    AND ({direction:String} = '' OR toString(direction) = {direction:String})
    AND ({sender_domain:String} = '' OR sender_domain = {sender_domain:String})
    AND ({recipient_org_domain:String} = '' OR recipient_org_domain = {recipient_org_domain:String})
    AND ({provider:String} = '' OR provider = {provider:String})
GROUP BY time
ORDER BY time
