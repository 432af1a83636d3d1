-- What became of a sender's messages to a recipient domain (and names below it) in [from, to), by reason.
SELECT
    outcome = 'delivered' AS is_delivered,
    if(outcome = 'delivered', '', reason) AS refused_for,
    if(outcome = 'delivered', '', side) AS refused_side,
    uniqExact(message_key) AS messages,
    formatDateTime(min(event_time), '%Y-%m-%dT%H:%i:%SZ') AS first_at,
    formatDateTime(max(event_time), '%Y-%m-%dT%H:%i:%SZ') AS last_at,
    argMax(reply_text, event_time) AS sample
FROM delivery_events
WHERE direction = 'outbound'
    AND sender_domain = {sender:String}
    AND (recipient_domain = {recipient_domain:String} OR recipient_org_domain = {recipient_domain:String})
    AND event_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND event_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')
GROUP BY is_delivered, refused_for, refused_side
ORDER BY messages DESC, refused_for
LIMIT 100
