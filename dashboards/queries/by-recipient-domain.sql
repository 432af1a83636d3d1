-- How mail fared by recipient domain, worst first.
SELECT
    recipient_org_domain,
    any(provider) AS provider,
-- include counted.sql
    , refused / greatest(accepted + refused, 1) AS refused_share
FROM attempts
WHERE grain = 'minute'
    AND start >= {from:DateTime64(3, 'UTC')} AND start < {to:DateTime64(3, 'UTC')}
    AND ({direction:String} = '' OR toString(direction) = {direction:String})
    AND ({sender_domain:String} = '' OR sender_domain = {sender_domain:String})
    AND ({recipient_org_domain:String} = '' OR recipient_org_domain = {recipient_org_domain:String})
    AND ({provider:String} = '' OR attempts.provider = {provider:String})
GROUP BY recipient_org_domain
ORDER BY refused DESC, deferred DESC, accepted DESC, recipient_org_domain
LIMIT 100
