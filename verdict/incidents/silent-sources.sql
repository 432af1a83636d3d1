-- Sources that gave no events for a while in which they usually do: a topic or file, a Kafka partition, a log host.
-- `now` is the newest minute of all: where everything is late, nothing is silent against the others. What is usual is how
-- many minutes of the same time of day had events on the days before, and on the same weekday where that is known;
-- of a source younger than a day, its own rate so far.
WITH
    (SELECT max(minute) FROM sources_1m WHERE minute <= {at:DateTime('UTC')}) AS now,
    minutes AS
    (
        SELECT
            arrayJoin(arrayConcat(
                [('topic', topic), ('log_host', concat(topic, ' ', log_host))],
                -- Of a file the partition counts its generations, which end with each rotation.
                if(startsWith(topic, '/'), [], [('partition', concat(topic, '/', toString(partition)))])
            )) AS source,
            minute
        FROM sources_1m
        WHERE minute <= now AND minute > now - INTERVAL 8 DAY
        GROUP BY source, minute
    ),
    spans AS
    (
        SELECT
            source,
            max(minute) AS last,
            dateDiff('second', last, now) AS quiet_s,
            least(quiet_s, 86400) AS silent_s,
            dateDiff('minute', min(minute), last) + 1 AS life,
            least(7, intDiv(life, 1440)) AS days,
            count() AS active
        FROM minutes
        GROUP BY source
    ),
    ages AS
    (
        SELECT *, dateDiff('second', minute, now) AS age, modulo(age, 86400) < silent_s AS same_time
        FROM minutes
        INNER JOIN spans USING (source)
        WHERE silent_s >= {quiet_s:UInt32}
    )
SELECT
    source.1 AS kind,
    source.2 AS name,
    formatDateTime(last, '%Y-%m-%dT%H:%i:%SZ') AS last_seen,
    quiet_s,
    countIf(same_time AND age >= 86400 AND age < 86400 * (days + 1)) / days AS then,
    toFloat64(countIf(age >= 604800 AND age < 604800 + silent_s)) AS week_ago,
    round(multiIf(days = 0, active / life * silent_s / 60, days < 7, then, least(then, week_ago)), 1) AS usual_minutes
FROM ages
GROUP BY source, last, quiet_s, silent_s, life, days, active
HAVING usual_minutes >= {usual_minutes:Float64}
ORDER BY usual_minutes DESC, kind, name
LIMIT 200
