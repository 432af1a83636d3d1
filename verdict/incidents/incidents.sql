-- The newest state of the incidents that are open or ended since {since}, or of one by the start of its id.
SELECT
    id,
    version,
    state,
    direction,
    subject_kind,
    subject,
    verdict,
    sub_cause,
    confidence,
    toUnixTimestamp64Milli(incidents.opened_at) AS opened_at,
    toUnixTimestamp64Milli(incidents.reopened_at) AS reopened_at,
    toUnixTimestamp64Milli(incidents.last_seen) AS last_seen,
    toUnixTimestamp64Milli(incidents.closed_at) AS closed_at,
    merged_into,
    notice,
    toUnixTimestamp64Milli(incidents.notified_at) AS notified_at,
    evidence
FROM incidents FINAL
WHERE if({id:String} != '',
    startsWith(id, {id:String}),
    state = 'open' OR incidents.closed_at >= parseDateTime64BestEffort({since:String}, 3, 'UTC'))
ORDER BY state = 'open' DESC, incidents.last_seen DESC, id
LIMIT {limit:UInt32}
