-- How each client's mail to us fared; an address of version 4 is written as such.
SELECT
    if(remote_ip = toIPv6('::'), '', replaceOne(toString(remote_ip), '::ffff:', '')) AS name,
    uniqIf(message_key, outcome = 'delivered') AS accepted,
    uniqIf(message_key, outcome = 'deferred') AS deferred,
    uniqIf(message_key, outcome IN ('bounced', 'expired', 'rejected')) AS refused
FROM delivery_events
WHERE event_time >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND event_time < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND direction = 'inbound' AND {direction:String} IN ('', 'inbound')
GROUP BY name
ORDER BY refused DESC, deferred DESC, accepted DESC, name
LIMIT {limit:UInt16}
