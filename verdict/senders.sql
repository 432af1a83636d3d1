-- Every sender of [from, to), once the waves are taken out.
SELECT
    sender_domain,
    count() AS messages,
    countIf(state = 'accepted') AS accepted,
    countIf(state = 'refused') AS refused,
    countIf(state = 'mailbox') AS mailbox,
    countIf(state IN ('stalled', 'limited', 'greylisted')) AS delayed,
    uniqExact(recipient_org_domain) AS domains
FROM (-- include messages.sql
)
WHERE sender_domain != '' AND ({sender:String} = '' OR sender_domain = {sender:String})
GROUP BY sender_domain
ORDER BY refused DESC, mailbox DESC, messages DESC
LIMIT 1000
