-- Messages of [from, to) and of the same stretch before, by one dimension; a row named '' with is_total over all.
-- A message counts once in each column, however often it was tried. Mailboxes that are unknown or full are refusals here.
SELECT
    multiIf(
        {by:String} = 'reason', reason,
        {by:String} = 'side', side,
        {by:String} = 'provider', provider,
        {by:String} = 'domain', recipient_org_domain,
        sender_domain) AS name,
    grouping(name) = 1 AS is_total,
    uniqMergeIf(messages, minute >= start) AS all_now,
    uniqMergeIf(messages, minute >= start AND outcome IN ('bounced', 'expired', 'rejected')) AS refused_now,
    uniqMergeIf(messages, minute >= start AND outcome = 'deferred') AS deferred_now,
    uniqMergeIf(messages, minute < start) AS all_before,
    uniqMergeIf(messages, minute < start AND outcome IN ('bounced', 'expired', 'rejected')) AS refused_before,
    parseDateTimeBestEffort({from:String}, 'UTC') AS start
FROM attempts_1m
WHERE direction = {direction:String}
    AND ((minute >= start AND minute < parseDateTimeBestEffort({to:String}, 'UTC'))
        OR (minute >= parseDateTimeBestEffort({before_from:String}, 'UTC')
            AND minute < parseDateTimeBestEffort({before_to:String}, 'UTC')))
    AND ({sender:String} = '' OR sender_domain = {sender:String})
    AND ({domain:String} = '' OR recipient_org_domain = {domain:String})
    AND ({provider:String} = '' OR provider = {provider:String})
GROUP BY GROUPING SETS ((name), ())
ORDER BY is_total DESC, refused_now + refused_before DESC, deferred_now DESC, name
LIMIT {limit:UInt32}
