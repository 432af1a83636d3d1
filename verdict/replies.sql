-- The text of some refusals of [from, to), and the server that answered.
SELECT
    toUnixTimestamp64Milli(event_time) AS time,
    toString(reply_fingerprint) AS reply_fingerprint,
    bitShiftRight(message_key, 11) AS message,
    reply_text AS sample,
    remote_host
FROM delivery_events
WHERE direction = {direction:String}
    AND event_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND event_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')
    AND toUnixTimestamp64Milli(event_time) IN {times:Array(Int64)}
    AND outcome != 'delivered'
