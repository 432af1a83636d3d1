-- Why messages were refused or put off, most frequent first. Counted as counted.sql does.
SELECT
    side,
    reason,
    sumIf(attempts, outcome IN ('bounced', 'expired')) + uniqMergeIf(messages, outcome = 'rejected') AS refused,
    uniqMergeIf(messages, outcome = 'deferred') AS deferred,
    uniq(sender_domain) AS senders,
    uniq(provider) AS providers
FROM (-- include asked.sql
)
WHERE outcome != 'delivered'
    AND ({side:String} = '' OR side = {side:String})
GROUP BY side, reason
ORDER BY refused DESC, deferred DESC, reason
LIMIT 50
