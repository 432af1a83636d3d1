-- How mail fared by sending address, worst first. Counted as in outcomes.sql.
SELECT
    replaceOne(toString(source_ip), '::ffff:', '') AS address,
    sumIf(attempts, outcome = 'delivered') AS accepted,
    uniqMergeIf(messages, outcome = 'deferred') AS deferred,
    sumIf(attempts, outcome IN ('bounced', 'expired')) + uniqMergeIf(messages, outcome = 'rejected') AS refused,
    refused / greatest(accepted + refused, 1) AS refused_share
FROM (-- include asked.sql
)
GROUP BY address
ORDER BY refused DESC, deferred DESC, accepted DESC, address
LIMIT 100
