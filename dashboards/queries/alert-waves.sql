-- Incidents that are open, of these verdicts: the evaluator's own, so that an alert and the page say the same. What somebody
-- muted stays silent. One row each; its words are of others, cut and without control and direction characters.
SELECT
    incidents.id AS incident,
    replaceRegexpAll(leftUTF8(incidents.subject, 253), '[\\p{Cc}\\p{Cf}]', ' ') AS about,
    incidents.verdict AS verdict,
    incidents.sub_cause AS cause,
    toString(incidents.direction) AS direction,
    JSONExtractString(evidence, 'next_step') AS next_step,
    toFloat64(confidence) AS value
FROM incidents FINAL
WHERE state = 'open'
    AND has(splitByChar(',', {verdicts:String}), verdict)
    AND ({only_cause:String} = '' OR sub_cause = {only_cause:String})
    AND ({other_cause:String} = '' OR sub_cause != {other_cause:String})
    AND opened_at < {to:DateTime64(3, 'UTC')}
    AND id NOT IN
    (
        SELECT incident_id
        FROM incident_actions
        WHERE action IN ('muted', 'unmuted')
        GROUP BY incident_id
        HAVING argMax(action, incident_actions.at) = 'muted' AND argMax(incident_actions.until, incident_actions.at) > {to:DateTime64(3, 'UTC')}
    )
ORDER BY incident
LIMIT 100
