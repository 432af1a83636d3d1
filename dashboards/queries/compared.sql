-- The subject of a board against others in the same time: the proof for or against "it is them". Counted as in outcomes.sql.
WITH {to:DateTime64(3, 'UTC')} > {from:DateTime64(3, 'UTC')} + INTERVAL 2 DAY AS is_long
,
    (SELECT groupUniqArray(attempts.provider) FROM attempts
        WHERE grain = 'minute' AND start >= {from:DateTime64(3, 'UTC')} AND start < {to:DateTime64(3, 'UTC')} AND {recipient_org_domain:String} != ''
            AND recipient_org_domain = {recipient_org_domain:String} AND attempts.provider != '') AS its_providers
SELECT
    multiIf(
        {recipient_org_domain:String} != '', multiIf(
            recipient_org_domain = {recipient_org_domain:String}, 'this domain',
            has(its_providers, toString(provider)), 'other domains at its provider',
            'all other domains'),
        {sender_domain:String} != '', if(sender_domain = {sender_domain:String}, 'this sender', 'all other senders'),
        provider = {provider:String}, 'this provider',
        'all other providers') AS name,
    if(is_long, sumIf(attempts, outcome = 'delivered'), uniqMergeIf(messages, outcome = 'delivered')) AS accepted,
    if(is_long, sumIf(attempts, outcome = 'deferred'), uniqMergeIf(messages, outcome = 'deferred')) AS deferred,
    if(is_long, sumIf(attempts, outcome IN ('bounced', 'expired', 'rejected')), uniqMergeIf(messages, outcome IN ('bounced', 'expired', 'rejected'))) AS refused,
    refused / greatest(accepted + refused, 1) AS refused_share
FROM attempts
WHERE grain = if(is_long AND {recipient_org_domain:String} = '', 'hour', 'minute')
    AND start >= {from:DateTime64(3, 'UTC')} AND start < {to:DateTime64(3, 'UTC')}
    AND direction = 'outbound'
    -- Mailboxes that are unknown or full refuse every day.
    AND side != 'recipient_mailbox'
    AND ({recipient_org_domain:String} != '' OR {sender_domain:String} != '' OR {provider:String} != '')
GROUP BY name
ORDER BY startsWith(name, 'this') DESC, startsWith(name, 'all')
