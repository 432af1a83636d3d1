-- The event_index at which the events of replayed letters begin: as it was noted by a replay that did not end, else
-- behind the events that their record gave when it was read.
SELECT offset, min(first_index) AS first_index, max(noted) AS begun
FROM
(
    SELECT offset, first_index, 1 AS noted
    FROM replayed_letters
    WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset IN {offsets:Array(UInt64)}
    UNION ALL
    SELECT offset, toUInt16(max(event_index) + 1) AS first_index, 0 AS noted
    FROM delivery_events
    WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset IN {offsets:Array(UInt64)}
    GROUP BY offset
)
GROUP BY offset
