-- How mail fared by who answers, worst first. Counted as in outcomes.sql.
SELECT
    provider,
    sumIf(attempts, outcome = 'delivered') AS accepted,
    uniqMergeIf(messages, outcome = 'deferred') AS deferred,
    sumIf(attempts, outcome IN ('bounced', 'expired')) + uniqMergeIf(messages, outcome = 'rejected') AS refused,
    refused / greatest(accepted + refused, 1) AS refused_share
FROM (-- include asked.sql
)
GROUP BY provider
ORDER BY refused DESC, deferred DESC, accepted DESC, provider
LIMIT 100
