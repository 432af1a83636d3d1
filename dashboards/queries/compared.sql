-- The subject of a board against others in the same time, as shares refused: the proof for or against "it is them". Mailboxes
-- that are unknown or full refuse every day and are left out.
WITH
    {to:DateTime64(3, 'UTC')} > {from:DateTime64(3, 'UTC')} + INTERVAL 2 DAY AS is_long,
    (SELECT groupUniqArray(attempts.provider) FROM attempts
        WHERE grain = 'minute' AND start >= {from:DateTime64(3, 'UTC')} AND start < {to:DateTime64(3, 'UTC')} AND {recipient_org_domain:String} != ''
            AND recipient_org_domain = {recipient_org_domain:String} AND attempts.provider != '') AS its_providers
SELECT
    concat(party, ': ', toString(refused), ' of ', toString(all), ' refused') AS name,
    refused_share
FROM
(
    SELECT
        multiIf(
            {recipient_org_domain:String} != '', multiIf(
                recipient_org_domain = {recipient_org_domain:String}, 'this domain',
                has(its_providers, toString(provider)), 'others at its provider',
                'all other domains'),
            {sender_domain:String} != '', if(sender_domain = {sender_domain:String}, 'this sender', 'all other senders'),
            provider = {provider:String}, 'this provider',
            'all other providers') AS party,
        sumIf(attempts, outcome IN ('bounced', 'expired')) + uniqMergeIf(messages, outcome = 'rejected') AS refused,
        refused + sumIf(attempts, outcome = 'delivered') AS all,
        refused / greatest(all, 1) AS refused_share
    FROM attempts
    WHERE grain = if(is_long AND {recipient_org_domain:String} = '', 'hour', 'minute')
        AND start >= {from:DateTime64(3, 'UTC')} AND start < {to:DateTime64(3, 'UTC')}
        AND direction = 'outbound'
        AND side != 'recipient_mailbox'
        AND ({recipient_org_domain:String} != '' OR {sender_domain:String} != '' OR {provider:String} != '')
    GROUP BY party
)
ORDER BY startsWith(party, 'this') DESC, startsWith(party, 'all')
