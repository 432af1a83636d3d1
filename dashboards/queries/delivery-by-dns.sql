-- How mail of the senders fared by the state of their published records: whether the record explains the refusals.
SELECT
    concat('SPF ', dns_spf, ', DKIM ', dns_dkim, ', DMARC ', dns_dmarc) AS name,
    uniqIf(message_key, outcome = 'delivered') AS accepted,
    uniqIf(message_key, outcome != 'delivered' AND side = 'sender_authentication') AS refused
FROM delivery_events
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
    AND direction = 'outbound' AND sender_domain != ''
    AND ({sender_domain:String} = '' OR sender_domain = {sender_domain:String})
GROUP BY name
ORDER BY refused DESC, accepted DESC, name
LIMIT 20
