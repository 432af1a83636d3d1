-- Why messages were refused or put off, most frequent first. Counted as in outcomes.sql.
WITH {to:DateTime64(3, 'UTC')} > {from:DateTime64(3, 'UTC')} + INTERVAL 2 DAY AND {recipient_org_domain:String} = '' AS by_hour
SELECT
    side,
    reason,
    sumIf(attempts, outcome IN ('bounced', 'expired')) + uniqMergeIf(messages, outcome = 'rejected') AS refused,
    uniqMergeIf(messages, outcome = 'deferred') AS deferred,
    uniq(sender_domain) AS senders,
    uniq(provider) AS providers
FROM attempts
WHERE grain = if(by_hour, 'hour', 'minute')
    AND start >= {from:DateTime64(3, 'UTC')} AND start < {to:DateTime64(3, 'UTC')}
    AND outcome != 'delivered'
    AND ({direction:String} = '' OR toString(direction) = {direction:String})
    AND ({sender_domain:String} = '' OR sender_domain = {sender_domain:String})
    AND ({recipient_org_domain:String} = '' OR recipient_org_domain = {recipient_org_domain:String})
    AND ({provider:String} = '' OR provider = {provider:String})
    AND ({side:String} = '' OR side = {side:String})
GROUP BY side, reason
ORDER BY refused DESC, deferred DESC, reason
LIMIT 50
