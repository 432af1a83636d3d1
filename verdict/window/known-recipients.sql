-- When each of these recipients of one direction first took mail in [from, to), in milliseconds since 1970; those that did not
-- are left out.
SELECT recipient, min(toUnixTimestamp64Milli(event_time)) AS first_accepted
FROM delivery_events
WHERE recipient IN {recipients:Array(String)}
    AND direction = {direction:String}
    AND outcome = 'delivered'
    AND event_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND event_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')
GROUP BY recipient
