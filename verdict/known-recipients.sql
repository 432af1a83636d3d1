-- How many of these recipients took mail in [from, to).
SELECT uniqExact(recipient) AS known
FROM delivery_events
WHERE direction = {direction:String}
    AND recipient IN {recipients:Array(String)}
    AND outcome = 'delivered'
    AND event_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND event_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')
