-- Incidents as marks over time, of a board's subject where it has one.
SELECT
    opened_at AS time,
    if(state = 'open', {to:DateTime64(3, 'UTC')}, incidents.closed_at) AS time_end,
    concat('Incident: ', subject) AS title,
    concat(replaceAll(verdict, '_', ' '), if(sub_cause = '', '', concat(', ', sub_cause)), ', ', toString(confidence), '% sure') AS text
FROM incidents FINAL
WHERE state != 'merged'
    AND incidents.opened_at < {to:DateTime64(3, 'UTC')} AND (state = 'open' OR incidents.closed_at >= {from:DateTime64(3, 'UTC')})
    AND ({direction:String} = '' OR toString(direction) = {direction:String})
    AND ({sender_domain:String} = '' OR (subject_kind = 'sender_domain' AND subject = {sender_domain:String}) OR subject_kind = 'all')
    AND ({recipient_org_domain:String} = '' OR (subject_kind = 'recipient_domain' AND subject = {recipient_org_domain:String}))
    AND ({provider:String} = '' OR (subject_kind = 'provider' AND subject = {provider:String}))
ORDER BY time, title
LIMIT 100
