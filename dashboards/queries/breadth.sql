-- How broad it is: who refuses something of all that mail was exchanged with, and the share of messages refused.
-- Who refuses a mailbox alone (unknown, full) is not counted: that happens every day.
SELECT
    refused / greatest(refused + sumIf(attempts, outcome = 'delivered'), 1) AS refused_share,
    sumIf(attempts, is_refused AND outcome != 'rejected') + uniqMergeIf(messages, is_refused AND outcome = 'rejected') AS refused,
    uniqIf(recipient_org_domain, is_refused) AS domains_refusing,
    uniq(recipient_org_domain) AS domains,
    uniqIf(provider, is_refused AND provider != '') AS providers_refusing,
    uniqIf(sender_domain, is_refused) AS senders_refused
FROM
(
    SELECT *, outcome IN ('bounced', 'expired', 'rejected') AND side != 'recipient_mailbox' AS is_refused
    FROM attempts
    WHERE grain = 'minute'
        AND start >= {from:DateTime64(3, 'UTC')} AND start < {to:DateTime64(3, 'UTC')}
        AND ({direction:String} = '' OR toString(direction) = {direction:String})
        AND ({sender_domain:String} = '' OR sender_domain = {sender_domain:String})
        AND ({recipient_org_domain:String} = '' OR recipient_org_domain = {recipient_org_domain:String})
        AND ({provider:String} = '' OR provider = {provider:String})
)
HAVING domains > 0
