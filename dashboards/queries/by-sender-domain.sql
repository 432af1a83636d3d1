-- How mail fared by sender domain, worst first.
SELECT
    sender_domain,
-- include counted.sql
    , refused / greatest(accepted + refused, 1) AS refused_share
FROM (-- include asked.sql
)
GROUP BY sender_domain
ORDER BY refused DESC, deferred DESC, accepted DESC, sender_domain
LIMIT 100
