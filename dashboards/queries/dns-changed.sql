-- Changes in DNS in [from, to): MX of recipient domains, the rest of senders. A change lies between `last_seen_before` and
-- `valid_from`.
SELECT *
FROM
(
    SELECT
        domain,
        type,
        valid_from,
        state,
        answer,
        lagInFrame(state) OVER earlier AS state_before,
        lagInFrame(answer) OVER earlier AS answer_before,
        lagInFrame(last_seen) OVER earlier AS last_seen_before
    FROM dns_snapshots FINAL
    WHERE valid_from < {to:DateTime64(3, 'UTC')}
        AND (({sender_domain:String} = '' AND {recipient_org_domain:String} = '')
            OR (type != 'mx' AND {sender_domain:String} != '' AND domain = {sender_domain:String})
            OR (type = 'mx' AND {recipient_org_domain:String} != '' AND (domain = {recipient_org_domain:String} OR endsWith(domain, concat('.', {recipient_org_domain:String})))))
    WINDOW earlier AS (PARTITION BY domain, type ORDER BY valid_from ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
)
-- The first row of a domain says only that it was not asked before.
WHERE state_before != '' AND (state_before, answer_before) != (state, answer) AND valid_from >= {from:DateTime64(3, 'UTC')}
