-- The replies that refuse or put off most messages: the same once addresses, ids and times are masked. Shown is the newest.
SELECT
    leftUTF8(argMax(reply_text, event_time), 1000) AS reply,
    argMax(delivery_events.reason, event_time) AS reason,
    uniq(message_key) AS messages,
    uniq(recipient_org_domain) AS domains,
    uniq(sender_domain) AS senders,
    argMax(delivery_events.remote_host, event_time) AS remote_host,
    max(event_time) AS last_seen,
    toString(delivery_events.reply_fingerprint) AS reply_fingerprint
FROM delivery_events
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
    AND outcome != 'delivered'
    AND ({direction:String} = '' OR toString(direction) = {direction:String})
    AND ({sender_domain:String} = '' OR sender_domain = {sender_domain:String})
    AND ({recipient_org_domain:String} = '' OR recipient_org_domain = {recipient_org_domain:String})
    AND ({provider:String} = '' OR provider = {provider:String})
    AND ({side:String} = '' OR side = {side:String})
GROUP BY delivery_events.reply_fingerprint
ORDER BY messages DESC, reply_fingerprint
LIMIT 50
