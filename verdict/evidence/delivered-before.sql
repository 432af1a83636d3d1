-- Which of some recipient domains took mail in the last days: these are not mistyped, whatever they do now.
SELECT DISTINCT recipient_domain
FROM attempts_1m
WHERE outcome = 'delivered' AND direction = 'outbound' AND recipient_domain IN {domains:Array(String)}
    AND minute >= (SELECT max(minute) FROM attempts_1m) - toIntervalDay(30)
