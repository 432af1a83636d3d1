-- What people did with these incidents, the oldest first.
SELECT
    incident_id,
    toUnixTimestamp64Milli(incident_actions.at) AS at,
    action,
    author,
    text,
    toUnixTimestamp64Milli(incident_actions.until) AS until
FROM incident_actions
WHERE incident_id IN {ids:Array(String)}
ORDER BY incident_actions.at
