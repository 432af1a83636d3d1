-- Messages over time by what became of them. A message counts once in each step and column, however often it was tried;
-- over more than two days attempts are counted, by hour, where not one domain is asked for.
WITH {to:DateTime64(3, 'UTC')} > {from:DateTime64(3, 'UTC')} + INTERVAL 2 DAY AND {recipient_org_domain:String} = '' AS by_hour
SELECT
    toStartOfInterval(start, toIntervalSecond(greatest({step_s:UInt32}, if(by_hour, 3600, 60)))) AS time,
    if(by_hour, sumIf(attempts, outcome = 'delivered'), uniqMergeIf(messages, outcome = 'delivered')) AS accepted,
    if(by_hour, sumIf(attempts, outcome = 'deferred'), uniqMergeIf(messages, outcome = 'deferred')) AS deferred,
    if(by_hour, sumIf(attempts, outcome IN ('bounced', 'expired', 'rejected')), uniqMergeIf(messages, outcome IN ('bounced', 'expired', 'rejected'))) AS refused
FROM attempts
WHERE grain = if(by_hour, 'hour', 'minute')
    AND start >= {from:DateTime64(3, 'UTC')} AND start < {to:DateTime64(3, 'UTC')}
    AND ({direction:String} = '' OR toString(direction) = {direction:String})
    AND ({sender_domain:String} = '' OR sender_domain = {sender_domain:String})
    AND ({recipient_org_domain:String} = '' OR recipient_org_domain = {recipient_org_domain:String})
    AND ({provider:String} = '' OR provider = {provider:String})
GROUP BY time
ORDER BY time
