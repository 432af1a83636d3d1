-- From when to when the store knows of deliveries. A clock that runs ahead must not move the page into the future.
SELECT
    toUnixTimestamp64Milli(min(event_time)) AS oldest_event_ms,
    toUnixTimestamp64Milli(max(event_time)) AS newest_event_ms
FROM delivery_events
WHERE event_time <= fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC') + INTERVAL 5 MINUTE
