-- How mail fared by sender domain, worst first. Counted as in outcomes.sql.
SELECT
    sender_domain,
    sumIf(attempts, outcome = 'delivered') AS accepted,
    uniqMergeIf(messages, outcome = 'deferred') AS deferred,
    sumIf(attempts, outcome IN ('bounced', 'expired')) + uniqMergeIf(messages, outcome = 'rejected') AS refused,
    refused / greatest(accepted + refused, 1) AS refused_share
FROM (-- include asked.sql
)
GROUP BY sender_domain
ORDER BY refused DESC, deferred DESC, accepted DESC, sender_domain
LIMIT 100
