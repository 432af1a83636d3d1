-- The partitions that hold dead letters which nobody has read since.
SELECT topic, partition, count() AS letters
FROM dead_letters
WHERE ({topic:String} = '' OR topic = {topic:String})
    AND ({reason:String} = '' OR reason = {reason:String})
    AND (topic, partition, offset) NOT IN (SELECT topic, partition, offset FROM replayed_letters WHERE done = 1)
GROUP BY topic, partition
ORDER BY topic, partition
