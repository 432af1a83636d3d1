-- How mail fared by who answers, worst first. Counted as in outcomes.sql.
WITH {to:DateTime64(3, 'UTC')} > {from:DateTime64(3, 'UTC')} + INTERVAL 2 DAY AND {recipient_org_domain:String} = '' AS by_hour
SELECT
    provider,
    sumIf(attempts, outcome = 'delivered') AS accepted,
    uniqMergeIf(messages, outcome = 'deferred') AS deferred,
    sumIf(attempts, outcome IN ('bounced', 'expired')) + uniqMergeIf(messages, outcome = 'rejected') AS refused,
    refused / greatest(accepted + refused, 1) AS refused_share
FROM attempts
WHERE grain = if(by_hour, 'hour', 'minute')
    AND start >= {from:DateTime64(3, 'UTC')} AND start < {to:DateTime64(3, 'UTC')}
    AND ({direction:String} = '' OR toString(direction) = {direction:String})
    AND ({sender_domain:String} = '' OR sender_domain = {sender_domain:String})
    AND ({recipient_org_domain:String} = '' OR recipient_org_domain = {recipient_org_domain:String})
    AND ({provider:String} = '' OR provider = {provider:String})
GROUP BY provider
ORDER BY refused DESC, deferred DESC, accepted DESC, provider
LIMIT 100
