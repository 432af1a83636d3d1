-- Incidents that went on in [from, to), open ones first; of a board's subject where it has one.
SELECT
    state,
    subject,
    subject_kind,
    verdict,
    sub_cause,
    confidence / 100 AS confidence,
    opened_at,
    last_seen,
    JSONExtractUInt(evidence, 'evidence', 'refused') AS refused,
    JSONExtractString(evidence, 'next_step') AS next_step,
    direction,
    if(subject_kind = 'recipient_domain', subject, '') AS recipient_org_domain,
    if(subject_kind = 'sender_domain', subject, '') AS sender_domain,
    if(subject_kind = 'provider', subject, '') AS provider
FROM incidents FINAL
WHERE incidents.state != 'merged'
    AND incidents.opened_at < {to:DateTime64(3, 'UTC')} AND (state = 'open' OR incidents.closed_at >= {from:DateTime64(3, 'UTC')})
    AND ({direction:String} = '' OR toString(direction) = {direction:String})
    AND ({sender_domain:String} = '' OR (subject_kind = 'sender_domain' AND subject = {sender_domain:String}) OR subject_kind = 'all')
    AND ({recipient_org_domain:String} = '' OR (subject_kind = 'recipient_domain' AND subject = {recipient_org_domain:String}))
    AND ({provider:String} = '' OR (subject_kind = 'provider' AND subject = {provider:String}))
ORDER BY state, last_seen DESC, id
LIMIT 100
