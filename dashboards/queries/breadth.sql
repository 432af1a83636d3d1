-- How broad it is: who refuses something of all that mail was exchanged with, and the share of messages refused.
-- Who refuses a mailbox alone (unknown, full) is not counted: that happens every day.
WITH {to:DateTime64(3, 'UTC')} > {from:DateTime64(3, 'UTC')} + INTERVAL 2 DAY AND {sender_domain:String} = '' AS is_long
SELECT
    refused / greatest(refused + sumIf(attempts, outcome = 'delivered'), 1) AS refused_share,
    sumIf(attempts, is_refused AND outcome != 'rejected') + uniqMergeIf(messages, is_refused AND outcome = 'rejected') AS refused,
    uniqIf(recipient_org_domain, is_refused) AS domains_refusing,
    uniq(recipient_org_domain) AS domains,
    uniqIf(provider, is_refused AND provider != '') AS providers_refusing,
    if(is_long, (
        SELECT uniq(sender_domain)
        FROM (-- include asked.sql
        )
        WHERE is_long AND outcome IN ('bounced', 'expired', 'rejected') AND side != 'recipient_mailbox'
    ), uniqIf(sender_domain, is_refused)) AS senders_refused
FROM
(
    SELECT *, outcome IN ('bounced', 'expired', 'rejected') AND side != 'recipient_mailbox' AS is_refused
    FROM (-- include asked-domains.sql
    )
)
HAVING domains > 0
