-- How mail fared by recipient domain, worst first.
SELECT
    recipient_org_domain,
    any(provider) AS provider,
-- include counted.sql
    , refused / greatest(accepted + refused, 1) AS refused_share
FROM (-- include asked-domains.sql
)
GROUP BY recipient_org_domain
ORDER BY refused DESC, deferred DESC, accepted DESC, recipient_org_domain
LIMIT 100
