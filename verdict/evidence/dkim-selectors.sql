-- DKIM selectors that the stored mail of a domain was signed with, the latest first.
SELECT dkim_selector AS selector
FROM delivery_events
WHERE dkim_domain = {domain:String} AND dkim_selector != ''
GROUP BY selector
ORDER BY max(delivery_events.event_time) DESC
LIMIT 10
