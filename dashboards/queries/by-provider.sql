-- How mail fared by who answers, worst first.
SELECT
    provider,
-- include counted.sql
    , refused / greatest(accepted + refused, 1) AS refused_share
FROM (-- include asked.sql
)
GROUP BY provider
ORDER BY refused DESC, deferred DESC, accepted DESC, provider
LIMIT 100
