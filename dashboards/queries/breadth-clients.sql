-- How each client's mail to us fared; an address of version 4 is written as such.
WITH sipHash64(log_host, queue_id, recipient) AS message
SELECT
    if(remote_ip = toIPv6('::'), '', replaceOne(toString(remote_ip), '::ffff:', '')) AS name,
    uniqIf(message, outcome = 'delivered') AS accepted,
    uniqIf(message, outcome = 'deferred') AS deferred,
    uniqIf(message, outcome IN ('bounced', 'expired', 'rejected')) AS refused
FROM delivery_events
WHERE event_time >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND event_time < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND direction = 'inbound' AND {direction:String} IN ('', 'inbound')
GROUP BY name
ORDER BY refused DESC, deferred DESC, accepted DESC, name
LIMIT {limit:UInt16}
