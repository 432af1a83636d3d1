-- The attempts that a reader searches for; an empty value asks for any.
SELECT *
FROM delivery_events
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
    AND ({queue_id:String} = '' OR queue_id = {queue_id:String})
    AND ({message_id:String} = '' OR message_id = {message_id:String})
    AND ({recipient:String} = '' OR recipient = {recipient:String})
    AND ({sender:String} = '' OR sender = {sender:String})
    AND ({reply_fingerprint:String} = '' OR reply_fingerprint = toUInt64OrZero({reply_fingerprint:String}))
    AND ({source_ip:String} = '' OR source_ip = toIPv6OrDefault({source_ip:String}))
    AND ({remote_host:String} = '' OR remote_host = {remote_host:String})
    AND ({words:String} = '' OR positionCaseInsensitiveUTF8(reply_text, {words:String}) > 0)
    AND ({direction:String} = '' OR toString(direction) = {direction:String})
    AND ({sender_domain:String} = '' OR sender_domain = {sender_domain:String})
    AND ({recipient_org_domain:String} = '' OR recipient_org_domain = {recipient_org_domain:String})
    AND ({provider:String} = '' OR provider = {provider:String})
    AND ({reason:String} = '' OR reason = {reason:String})
    AND ({outcome:String} = '' OR toString(outcome) = {outcome:String})
